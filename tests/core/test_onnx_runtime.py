from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

CODE = """
import onnx
from onnx import TensorProto, helper
from polyrec.core.onnx_runtime import onnx_runtime

runtime = onnx_runtime()
value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy"]
graph = helper.make_graph([helper.make_node("Neg", ["x"], ["y"])], "neg", value[:1], value[1:])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
session = runtime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
print(session.run(None, {"x": __import__("numpy").ones(1, "float32")})[0])
"""


def test_the_library_keeps_no_identifier_and_reports_nothing(tmp_path: Path) -> None:
    quiet = ("CI", "ORT_", "GITHUB_", "TF_BUILD", "BUILD_")  # there it is silent by itself
    env = {name: value for name, value in os.environ.items() if not name.startswith(quiet)}
    homes = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", CODE], env=env | homes, capture_output=True, check=True, text=True
    )
    assert done.stdout == "[-1.]\n"
    assert list(tmp_path.rglob("*")) == []
