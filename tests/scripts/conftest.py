from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def benchmark_file() -> Iterator[Callable[[str], Any]]:
    """Give what imports a file of the benchmarks by its name, as if it had been started there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))

        def imported(name: str) -> Any:
            file = BENCHMARKS / f"{name}.py"
            spec = importlib.util.spec_from_file_location(f"{name}_benchmark", file)
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            patch.setitem(sys.modules, spec.name, module)  # where dataclasses look types up
            spec.loader.exec_module(module)
            return module

        yield imported
