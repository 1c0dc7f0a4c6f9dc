"""The documents agree with each other and with the code."""

from __future__ import annotations

import dataclasses
import importlib.util
import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

import polyrec
from polyrec.cli.commands import COMMANDS
from polyrec.cli.part_facts import part_facts
from polyrec.core.registry import PARTS, part_class
from polyrec.data.readers.columns import ALIASES
from polyrec.data.split import SPLITS
from polyrec.data.view import VIEWS
from polyrec.evaluation.contenders import CONTENDERS
from polyrec.evaluation.protocol import GAP
from polyrec.evaluation.rows import Row
from polyrec.measures.accuracy import ACCURACY
from polyrec.models.hybrid import GRIDS

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "polyrec"
PAGES = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("docs/*.md"))


def test_relative_links_lead_somewhere(document: Any, read: Any) -> None:
    for link in document.links:
        if re.match(r"[a-z]+:", link):
            continue
        file, _, anchor = unquote(link).partition("#")
        target = (document.path.parent / file) if file else document.path
        assert target.exists(), link
        if anchor:
            name = str(target.resolve().relative_to(ROOT))
            assert anchor in read(name).anchors, link


def test_files_that_are_named_exist(document: Any) -> None:
    for named in re.findall(r"`([\w./-]+/(?:[\w.-]+\.(?:py|toml|html|txt|md))?)`", document.text):
        if named.startswith((".venv/", "polyrec-demo/")):
            continue
        assert (ROOT / named).exists() or (SOURCE / named).exists(), named


def test_names_of_modules_and_classes_in_documents_can_be_imported(document: Any) -> None:
    for named in set(re.findall(r"`(polyrec(?:\.\w+)+)`", document.text)) - {"polyrec.json"}:
        module, _, attribute = named.rpartition(".")
        if importlib.util.find_spec(module) and hasattr(importlib.import_module(module), attribute):
            continue
        assert importlib.util.find_spec(named), named


def test_lines_are_at_most_a_hundred_characters_outside_tables(document: Any) -> None:
    long = [line for line in document.text.splitlines() if len(line) > 100 and "|" not in line]
    assert not [line for line in long if not line.startswith("{")]


def test_the_readme_opens_with_the_two_commands(read: Any) -> None:
    first = read("README.md").fences[0]
    assert first.line == 3
    assert [line.split("#")[0].split() for line in first.text.splitlines()] == [
        ["make", "demo"],
        ["make", "test"],
    ]


def test_the_readme_leads_to_every_page(read: Any) -> None:
    assert set(PAGES) <= set(read("README.md").links)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_shown_somewhere(command: str, read: Any) -> None:
    shown = "".join(read(name).text for name in ("README.md", *PAGES))
    assert re.search(rf"^polyrec {command}\b", shown, re.MULTILINE)


@pytest.mark.parametrize(
    ("script", "page", "writes"),
    [
        ("write_parts_table.py", "docs/plans.md", "with_tables"),
        ("write_languages_table.py", "docs/tokens.md", "with_table"),
    ],
)
def test_the_tables_in_pages_match_the_code(script: str, page: str, writes: str, read: Any) -> None:
    spec = importlib.util.spec_from_file_location(script[:-3], ROOT / "scripts" / script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = read(page).text
    assert getattr(module, writes)(text) == text, f"run {script}"


def test_every_part_and_every_setting_stands_in_the_tables(read: Any) -> None:
    page = read("docs/plans.md").text
    for facts in part_facts():
        if facts["name"] in PARTS[facts["kind"]]:
            assert f"| **{facts['name']}** |" in page
            for setting in facts["settings"]:
                assert f"| | `{setting['name']}` |" in page


def test_every_setting_says_what_it_is() -> None:
    silent = [
        (facts["name"], setting["name"])
        for facts in part_facts()
        for setting in facts["settings"]
        if not setting["about"]
    ]
    assert not silent


@pytest.mark.parametrize("column", ALIASES)
def test_every_alias_of_a_column_is_listed(column: str, read: Any) -> None:
    page = read("docs/data.md").text
    (row,) = re.findall(rf"^\| `{column}` \|.*$", page, re.MULTILINE) or [page]
    missing = set(ALIASES[column].split()) - set(re.findall(r"\w+", row))
    assert f"`{column}`" in page
    assert not missing


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".jsonl", ".ndjson", ".parquet"])
def test_every_file_ending_is_listed(ending: str, read: Any) -> None:
    assert f"`{ending}`" in read("docs/data.md").text


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_explained(view: str, read: Any) -> None:
    assert f"| `{view}` |" in read("docs/data.md").text


@pytest.mark.parametrize("recommender", PARTS["recommender"])
def test_every_recommender_has_a_section(recommender: str, read: Any) -> None:
    page = read("docs/models.md")
    assert recommender in page.anchors
    assert f"| `{recommender}` |" in page.text


def test_what_models_can_do_is_told_right(read: Any) -> None:
    page = read("docs/models.md").text
    for name in PARTS["recommender"]:
        cls = part_class("recommender", name)
        (row,) = re.findall(rf"^\| `{name}` \| (.*) \|$", page, re.MULTILINE)
        _, new_items, text = (cell.strip() for cell in row.split("|"))
        if isinstance(cls.accepts_new_items, property):  # that depends on those that it holds
            assert new_items.startswith("if")
            assert text.startswith("if")
            continue
        assert (new_items != "no") == cls.accepts_new_items
        assert (text == "yes") == cls.needs_vectors


@pytest.mark.parametrize("weight", GRIDS)
def test_every_weight_of_the_hybrid_is_explained(weight: str, read: Any) -> None:
    assert f"`{weight}`" in read("docs/models.md").text


def test_every_split_measure_and_compared_model_is_explained(read: Any) -> None:
    page = read("docs/evaluation.md").text
    others = ("language-out", "coverage", "gini", "same-language", "same-language-pool")
    others += ("novelty", "diversity", GAP)
    slices = ("all", "seen-item", "unseen-item", "cross-language", "language-cost-recovered")
    keys = [field.name for field in dataclasses.fields(Row)]
    for name in (*SPLITS, *ACCURACY, *CONTENDERS, *others, *slices, *keys):
        assert f"`{name}`" in page


def test_the_layers_are_those_that_are_enforced(read: Any) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    shown = [" ".join(fence.text.split()) for fence in read("ARCHITECTURE.md").fences]
    assert " < ".join(reversed(layers)) in shown


def test_the_layout_shows_the_packages_that_exist(read: Any) -> None:
    (tree,) = (f.text for f in read("ARCHITECTURE.md").fences if f.text.startswith("src/polyrec/"))
    shown = re.findall(r"^  (\w+)/", tree, re.MULTILINE)
    assert sorted(shown) == sorted(path.parent.name for path in SOURCE.glob("*/__init__.py"))


def test_the_architecture_can_be_read_in_a_hurry(read: Any) -> None:
    assert len(read("ARCHITECTURE.md").text.splitlines()) < 290


def test_the_python_page_names_all_of_the_public_face(read: Any) -> None:
    shown = "".join(read(name).text for name in ("README.md", *PAGES))
    for name in polyrec.__all__:
        assert re.search(rf"\b{name}\b", shown), name
