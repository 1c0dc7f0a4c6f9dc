from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

import polyrec


def test_the_public_names_are_sorted() -> None:
    assert polyrec.__all__ == sorted(polyrec.__all__)


@pytest.mark.parametrize("name", polyrec.__all__)
def test_every_public_name_can_be_imported_and_is_documented(name: str) -> None:
    found = getattr(polyrec, name)
    assert getattr(importlib.import_module(polyrec._WHERE[name]), name) is found
    assert found.__doc__


def test_type_checkers_people_and_programs_see_the_same_names() -> None:
    tree = ast.parse(Path(polyrec.__file__).read_text("utf-8"))
    typed = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("polyrec.")
        for alias in node.names
    }
    assert typed == set(polyrec.__all__) == set(polyrec._WHERE)
    assert {*polyrec.__all__, "__version__"} == set(dir(polyrec))


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'fti'"):
        polyrec.fti  # noqa: B018
