"""The benchmark of encoders that learn says rightly what it measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="module")
def bench(benchmark_file: Callable[[str], Any]) -> Any:
    return benchmark_file("adapt")


def one_seed(gain: float) -> dict[str, Any]:
    def values(add: float) -> dict[str, Any]:
        own = {"all": [0.4 + add, None, 0.6 + add], "language:de": [0.5 + add, None, None]}
        own |= {"language:fr": [0.2, None, None], "language:it": [None, None, 0.4 + add]}
        return {
            "content-raw": {"all": [0.3, None, 0.4]},
            "content": own,
            "content-en": {"all": [0.5, None, 0.6]},
            "map-raw": [0.5 + add] * 4,
            "map": [0.8 + add] * 4,
        }

    facts = {"best_epoch": 1, "curve": [[0, None, 0.3], [1, 2.0, 0.4]], "seconds": {"learning": 9}}
    pairs = {"de": 200, "fr": 7, "it": 2, "ko": 1}
    return {"before": values(0.0), "after": values(gain), "languages": pairs, "facts": facts}


def test_gains_are_those_of_the_same_people_over_all_seeds(
    bench: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    bench._show([one_seed(0.05), one_seed(0.15)], [0, 1])
    said = capsys.readouterr().out
    assert "| content | 0.5000 | 0.6000 | +0.1000 | +0.0500 to +0.1500 | +20.0% |" in said
    assert "| NTREX map-raw | 0.5000 | 0.6000 |" in said
    assert "before: 0.75" in said
    assert "after: 1.25" in said
    assert "| de | 400 | 0.500 | 0.600 | +20.0% (+10.0% to +30.0%) |" in said
    assert "| small | 20 | 0.300 | 0.350 | +16.7% (" in said
    assert "seed 1: content 0.5000 -> 0.6500, best epoch 1 of 1" in said
