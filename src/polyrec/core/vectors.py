"""What every layer does with vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from polyrec.core.types import Floats


def unit_rows(vectors: Floats) -> Floats:
    """Scale rows to length one; a row of zeros stays so."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(norms > 0, norms, 1.0), dtype=np.float32)
