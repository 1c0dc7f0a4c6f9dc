"""How numba compiles (extra `als`), and for which arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numba
from numba import types

if TYPE_CHECKING:
    from collections.abc import Callable

FLOATS = types.Array(types.float32, 1, "C", readonly=True)
TABLE = types.Array(types.float32, 2, "C", readonly=True)
COLUMNS = types.Array(types.int32, 1, "C", readonly=True)
STARTS = types.Array(types.int64, 1, "C", readonly=True)
FLAGS = types.Array(types.boolean, 1, "C", readonly=True)
OUT, OUT_TABLE, OUT_ITEMS = types.float32[::1], types.float32[:, ::1], types.int64[::1]


def compiled(*arguments: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compile for arguments of these types; what was compiled is kept where numba finds a place.

    Sums are not reordered (`reassoc`): they would depend on where in memory an array lies.
    """
    fast = {"contract", "nsz", "nnan", "ninf"}
    options = {"nogil": True, "error_model": "numpy", "fastmath": fast}

    def decorate(function: Callable[..., Any]) -> Any:
        try:
            return numba.njit(arguments, cache=True, **options)(function)
        except RuntimeError:  # no folder that can be written to
            return numba.njit(arguments, **options)(function)

    return decorate
