"""What the operator of a service decides; nothing of it ever comes from a request."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """How much one request and one key may ask for.

    What schemas themselves limit (k, lengths of texts and lists) stands in `schemas.py` and
    `stored.py`.

    Attributes:
        max_body_bytes: a longer body is refused with 413.
        body_timeout_s: a body that takes longer to arrive is refused with 408.
        requests_per_s: what one key may ask for in the long run; 0 for no limit.
        burst: so many requests of one key are answered at once before that limit counts.
        translate_within_s: how long an answer may wait for translations that were asked for.
        write_within_s: how long it may wait for the language model that words it.
        watch_every_s: how often it looks whether another version of the model is to serve.
        retrain_every_s: how old the newest version may be before one is made; 0 for any age.
        retrain_after: events from which on a new version is made; 0 for any number.
    """

    max_body_bytes: int = 2**18
    body_timeout_s: float = 20.0
    requests_per_s: float = 100.0
    burst: int = 200
    translate_within_s: float = 2.0
    write_within_s: float = 3.0
    watch_every_s: float = 2.0
    retrain_every_s: float = 0.0
    retrain_after: int = 0
