"""The service's figures for Prometheus: counts and times alone, no ids, texts or keys."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from prometheus_client.core import Metric

    from polyrec.live.translated import Outcome

BUCKETS_S = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
UNKNOWN_ROUTE = "none"
"""The route of requests for an address that is not there: what was asked for is no label."""


class Metrics:
    """What one application counts; it shares nothing with others in the same process.

    All values of labels are the service's own words: templates of addresses, modes, kinds.

    Args:
        model: gives version and time of making of the model that answers now, or None.
        faults: says how often the database could not be used.
        prompts: says what became of how many prompts of the language model.
    """

    def __init__(
        self,
        model: Callable[[], tuple[str, float] | None],
        faults: Callable[[], int],
        prompts: Callable[[], Mapping[str, int]],
    ) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Looked(model, faults, prompts))
        self._requests = Counter(
            "polyrec_requests",
            "Requests, by the address with names in place of ids.",
            ["route", "method", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "polyrec_request_seconds",
            "How long requests took, until the answer was sent.",
            ["route"],
            buckets=BUCKETS_S,
            registry=self._registry,
        )
        self._answers = Counter(
            "polyrec_answers",
            "Recommendations, by what they rest on.",
            ["mode"],
            registry=self._registry,
        )
        self._events = Counter(
            "polyrec_events",
            "Events that were sent, by whether they had been sent before.",
            ["outcome"],
            registry=self._registry,
        )
        self._translations = Counter(
            "polyrec_translations",
            "Texts that were to be translated for an answer, by what became of them.",
            ["outcome"],
            registry=self._registry,
        )

    def answered(self, route: str | None, method: str, status: int, seconds: float) -> None:
        """Count a request; a status of 0 is that of one that was given up before an answer."""
        route = route or UNKNOWN_ROUTE
        self._requests.labels(route, method, status).inc()
        self._seconds.labels(route).observe(seconds)

    def recommended(self, mode: str) -> None:
        """Count an answer by its mode."""
        self._answers.labels(mode).inc()

    def took(self, n_added: int, n_repeated: int) -> None:
        """Count events that were sent."""
        self._events.labels("added").inc(n_added)
        self._events.labels("repeated").inc(n_repeated)

    def translated(self, outcomes: Mapping[Outcome, int]) -> None:
        """Count texts that were to be translated."""
        for outcome, n_texts in outcomes.items():
            self._translations.labels(outcome).inc(n_texts)

    def text(self) -> bytes:
        """Give all figures in Prometheus's text format."""
        return generate_latest(self._registry)


class _Looked:
    """What is looked up when it is asked for, so that another model shows at once."""

    def __init__(
        self,
        model: Callable[[], tuple[str, float] | None],
        faults: Callable[[], int],
        prompts: Callable[[], Mapping[str, int]],
    ) -> None:
        self._model, self._faults, self._prompts = model, faults, prompts

    def describe(self) -> list[Metric]:
        """Name the figures."""
        return [
            InfoMetricFamily("polyrec_model", "The model that answers."),
            GaugeMetricFamily("polyrec_model_age_seconds", "Since that model was made."),
            CounterMetricFamily("polyrec_database_errors", "The database could not be used."),
            CounterMetricFamily(
                "polyrec_prompts", "What the language model was asked.", labels=["outcome"]
            ),
        ]

    def collect(self) -> Iterator[Metric]:
        """Give the figures; those of the model only while one is loaded."""
        info, age, errors, prompts = self.describe()
        errors.add_metric([], self._faults())  # type: ignore[attr-defined]
        for outcome, n in sorted(self._prompts().items()):
            prompts.add_metric([outcome], n)  # type: ignore[attr-defined]
        yield from (errors, prompts)
        found = self._model()
        if found is None:
            return
        version, made = found
        info.add_metric([], {"version": version})  # type: ignore[attr-defined]
        age.add_metric([], max(0.0, time.time() - made))  # type: ignore[attr-defined]
        yield from (info, age)
