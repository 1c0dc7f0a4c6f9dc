"""ONNX Runtime, told to report nothing: its builds tell their maker how they are used, unless."""

from __future__ import annotations

import os
from typing import Any

SILENT = "ORT_DISABLE_TELEMETRY"
"""Read once, when the library starts: nothing is then sent, nor an identifier kept on disk."""


def onnx_runtime() -> Any:
    """Load the library; raises as its import does."""
    os.environ[SILENT] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # if somebody else has started it before
    return onnxruntime
