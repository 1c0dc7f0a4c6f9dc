"""Reads the documents; markdown-it-py knows what is a fence, a link, a heading or a table."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

import polyrec
from polyrec.testing.served import Served, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
NAMES = sorted(
    str(path.relative_to(ROOT))
    for pattern in ("*.md", "docs/**/*.md")
    for path in ROOT.glob(pattern)
)
NEED_THE_MODEL = {"README.md", "docs/llm.md", "docs/python.md", "docs/translation-quality.md"}


@dataclass(frozen=True)
class Fence:
    """A fenced block: its language, what else stands behind the opening fence, its text."""

    language: str
    options: dict[str, str]
    text: str
    line: int


@dataclass(frozen=True)
class Document:
    """One Markdown file of the repository, by its path from the root."""

    name: str

    @property
    def path(self) -> Path:
        return ROOT / self.name

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tokens(self) -> list[Token]:
        return MarkdownIt("commonmark").enable("table").parse(self.text)

    @cached_property
    def fences(self) -> list[Fence]:
        return [_fence(token) for token in self.tokens if token.type == "fence"]

    @cached_property
    def links(self) -> list[str]:
        """Give the targets of links and pictures."""
        inline = [child for token in self.tokens for child in token.children or []]
        found = [token.attrGet("href") or token.attrGet("src") for token in inline]
        return [str(target) for target in found if target]

    @cached_property
    def anchors(self) -> set[str]:
        """Give the headings' anchors, as GitHub makes them."""
        following = zip(self.tokens, self.tokens[1:], strict=False)
        heads = [after.content for token, after in following if token.type == "heading_open"]
        return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def _fence(token: Token) -> Fence:
    language, *rest = token.info.split() or [""]
    options = dict(word.partition("=")[::2] for word in rest)
    return Fence(language, options, token.content, token.map[0] + 1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for a `document` once for each."""
    if "document" in metafunc.fixturenames:
        runs = metafunc.function.__name__.startswith("test_what_is_shown_runs")
        marked = [
            pytest.param(Document(name), id=name, marks=pytest.mark.model)
            if runs and name in NEED_THE_MODEL
            else pytest.param(Document(name), id=name)
            for name in NAMES
        ]
        metafunc.parametrize("document", marked)


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service with a small model of the data that the README shows."""
    folder = tmp_path_factory.mktemp("service")
    for fence in Document("README.md").fences:
        if "save" in fence.options:
            (folder / fence.options["save"]).write_text(fence.text, encoding="utf-8")
    data = polyrec.read_dataset(folder / "items.csv", folder / "events.csv")
    plan = {"encoder": {"use": "hashing"}, "recommender": {"use": "content"}}
    polyrec.fit(data, polyrec.Plan.from_table(plan)).save(folder / "model")
    with served(folder / "model", folder / "operator") as running:
        yield running


@pytest.fixture
def read() -> type[Document]:
    """Read a document by its name."""
    return Document
