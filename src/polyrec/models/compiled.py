"""Loads what numba compiles, when it is first used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyrec.core.errors import MissingExtraError

if TYPE_CHECKING:
    from types import ModuleType


def kernels() -> ModuleType:
    """Give what is compiled.

    Raises:
        MissingExtraError: numba is not there.
    """
    try:
        from polyrec.models import kernels as found
    except ModuleNotFoundError as error:
        if error.name != "numba":
            raise
        raise MissingExtraError(
            "recommender 'als'", needs="numba", remedy="pip install 'polyrec[als]'"
        ) from error
    return found
