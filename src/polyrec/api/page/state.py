"""What all requests to the page share."""

from __future__ import annotations

from dataclasses import dataclass, field

from polyrec.api.page.offers import OffersOf
from polyrec.api.page.session import Cookies
from polyrec.api.throttle import Throttle

TRIES_PER_S, TRIES_AT_ONCE = 0.2, 10
"""Wrong keys that may come from one address."""


@dataclass
class PageState:
    """What all requests to the page share.

    Attributes:
        cookies: reads and writes sessions.
        offers: says what a model has to choose from.
        tries: counts the wrong keys from each address.
    """

    cookies: Cookies
    offers: OffersOf = field(default_factory=OffersOf)
    tries: Throttle = field(default_factory=lambda: Throttle(TRIES_PER_S, TRIES_AT_ONCE))
