"""Requests that the service's own schema allows or forbids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

if TYPE_CHECKING:
    from schemathesis import Case


@pytest.mark.parametrize(
    ("mode", "n_each", "name"),
    [
        (GenerationMode.POSITIVE, 95, "by schema"),
        (GenerationMode.NEGATIVE, 35, "against schema"),
    ],
)
def test_what_the_schema_allows_or_forbids_is_answered_as_it_says(
    asked: Any, least: dict[str, int], mode: GenerationMode, n_each: int, name: str
) -> None:
    document = asked.desk.client.get("/openapi.json").json()
    asked.log.requests.clear()
    for operations in document["paths"].values():
        for operation in operations.values():
            operation.pop("security", None)  # a key is always given
    refused = {"expected-statuses": ["400", "404", "413", "422"]}
    checks = {"negative_data_rejection": refused, "positive_data_acceptance": {"enabled": False}}
    config = schemathesis.Config.from_dict({"checks": checks})
    schema = schemathesis.openapi.from_dict(document, config=config)
    with asked.desk.client as client:

        def ask(case: Case) -> None:
            request = case.as_transport_kwargs(base_url="http://testserver")
            request["headers"] = {**request["headers"], **asked.desk.open("all")}
            request["content"] = request.pop("data", None)
            del request["cookies"]
            answer = client.request(**request)
            asked.check(answer.status_code, dict(answer.headers), answer.content)
            case.validate_response(answer)

        for operation in schema.get_all_operations():
            strategy = operation.ok().as_strategy(generation_mode=mode)
            try:
                asked.run(ask, strategy, n_each)
            except Unsatisfiable:  # there is nothing that it forbids
                assert operation.ok().path in ("/health/live", "/health/ready", "/metrics")
    assert asked.n_asked >= least[name]
