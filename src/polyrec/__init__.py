"""polyrec: recommend across languages.

The texts of all languages lie in one space without language bias, joined with what people do.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from polyrec.core.errors import PolyrecError
    from polyrec.core.types import Query, Suggestion
    from polyrec.data.catalog import Catalog
    from polyrec.data.dataset import Dataset
    from polyrec.data.datasets import load_dataset
    from polyrec.data.interactions import Interactions
    from polyrec.data.load import read_dataset
    from polyrec.evaluation.evaluate import evaluate
    from polyrec.pipeline.fitted import Fitted, fit, load
    from polyrec.pipeline.plan import Plan
    from polyrec.text.keywords import Keywords
    from polyrec.text.tokens import tokens

_WHERE = {
    "Catalog": "polyrec.data.catalog",
    "Dataset": "polyrec.data.dataset",
    "Fitted": "polyrec.pipeline.fitted",
    "Interactions": "polyrec.data.interactions",
    "Keywords": "polyrec.text.keywords",
    "Plan": "polyrec.pipeline.plan",
    "PolyrecError": "polyrec.core.errors",
    "Query": "polyrec.core.types",
    "Suggestion": "polyrec.core.types",
    "evaluate": "polyrec.evaluation.evaluate",
    "fit": "polyrec.pipeline.fitted",
    "load": "polyrec.pipeline.fitted",
    "load_dataset": "polyrec.data.datasets",
    "read_dataset": "polyrec.data.load",
    "tokens": "polyrec.text.tokens",
}

__all__ = [
    "Catalog",
    "Dataset",
    "Fitted",
    "Interactions",
    "Keywords",
    "Plan",
    "PolyrecError",
    "Query",
    "Suggestion",
    "evaluate",
    "fit",
    "load",
    "load_dataset",
    "read_dataset",
    "tokens",
]


def __getattr__(name: str) -> object:
    """Load a public name when it is first used, so that importing polyrec costs nothing."""
    if name not in _WHERE:
        raise AttributeError(f"module 'polyrec' has no attribute {name!r}")
    return getattr(importlib.import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
