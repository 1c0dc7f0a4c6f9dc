"""What a dataset holds, in figures: what `polyrec ingest` shows and writes."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from polyrec.data.dataset import Dataset

QUANTILES = {"min": 0.0, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95, "max": 1.0}


def summary(data: Dataset) -> dict[str, Any]:
    """Describe a dataset in plain values that JSON can hold.

    Returns:
        `users`, `items` and `interactions`; `density`, the share of all pairs of user and item that
        are there; `texts`, and `languages` with texts and share, most frequent first;
        `texts_without_language`, `items_without_text`, `items_without_interactions`;
        `items_per_user`, `users_per_item` and `weight` as quantiles (None without interactions);
        `categories`; `times`, first and last, or None; `rows`, `repeated`, `set_aside` and
        `quarantine` of what came in, where it is known; `notes`.
    """
    catalog, events = data.all_texts or data.catalog, data.interactions
    per_user = np.bincount(events.user, minlength=len(events.users))
    per_item = np.bincount(events.item, minlength=len(catalog))
    n_pairs = len(events.users) * len(catalog)
    languages = Counter(tag for by in catalog.texts for tag, text in by.items() if text)
    n_texts = languages.total()
    return {
        "name": data.name,
        "users": len(events.users),
        "items": len(catalog),
        "interactions": len(events),
        "density": len(events) / n_pairs if n_pairs else 0.0,
        "texts": n_texts,
        "languages": [
            {"language": tag, "texts": count, "share": count / n_texts}
            for tag, count in languages.most_common()
        ],
        "texts_without_language": languages["und"],
        "items_without_text": sum(not any(by.values()) for by in catalog.texts),
        "items_without_interactions": int((per_item == 0).sum()),
        "categories": len(set(catalog.category) - {""}),
        "items_per_user": quantiles(per_user),
        "users_per_item": quantiles(per_item),
        "weight": quantiles(events.weight),
        "times": _span(events.time),
        **_arrived(data),
        "notes": list(data.notes),
    }


def quantiles(values: ArrayLike) -> dict[str, float] | None:
    """Give quantiles and mean, or None where there are no values."""
    array = np.asarray(values, dtype=np.float64)
    if not len(array):
        return None
    found = np.quantile(array, list(QUANTILES.values()))
    return dict(zip(QUANTILES, found.tolist(), strict=True)) | {"mean": float(array.mean())}


def _span(times: ArrayLike | None) -> dict[str, str] | None:
    if times is None or not len(np.asarray(times)):
        return None
    ends = np.asarray(times)
    return {"first": moment(float(ends.min())), "last": moment(float(ends.max()))}


def moment(seconds: float) -> str:
    """Write seconds since 1970 as ISO 8601 in UTC, or as they are if no calendar has them."""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return f"{seconds:.0f} s"


def _arrived(data: Dataset) -> dict[str, Any]:
    if data.arrival is None:
        return {}
    arrival = data.arrival
    return {
        "rows": dict(arrival.rows),
        "repeated": dict(arrival.repeated),
        "set_aside": [asdict(each) for each in arrival.set_aside],
        "quarantine": list(arrival.quarantine),
    }
