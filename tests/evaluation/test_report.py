from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from polyrec.evaluation.report import write_report

if TYPE_CHECKING:
    from pathlib import Path

    from polyrec.evaluation.content import Content

PICTURES = ("accuracy", "languages", "exposure", "space", "curves")
VOID = {"meta", "link", "img", "br"}


class Page(HTMLParser):
    """Reads a page, and fails on tags that are not closed in order."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def sections(self) -> list[str | None]:
        return [section["id"] for section in self.all("section")]


@pytest.fixture(scope="module")
def folder(made_content: Content, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(made_content, tmp_path_factory.mktemp("report") / "new" / "folder").parent


@pytest.fixture(scope="module")
def page(folder: Path) -> Page:
    return Page(folder / "report.html")


def test_a_report_is_a_page_pictures_and_figures(folder: Path) -> None:
    names = {path.name for path in folder.iterdir()}
    assert names == {"report.html", "metrics.json", *(f"{name}.png" for name in PICTURES)}


def test_the_page_has_all_sections(page: Page) -> None:
    wanted = "accuracy findings languages exposure space curves slices users facts"
    assert page.sections() == wanted.split()
    links = [a["href"] for a in page.all("a")]
    assert links == [f"#{name}" for name in page.sections()]


def test_the_page_asks_for_nothing_from_outside(page: Page) -> None:
    for _, attributes in page.tags:
        for name in ("src", "srcset", "href"):
            value = attributes.get(name) or "#"
            assert value.startswith(("data:", "#"))
    assert "script" not in dict(page.tags)
    assert "url(" not in page.source
    assert "@import" not in page.source


def test_the_page_follows_the_screen_into_the_dark(page: Page) -> None:
    assert "prefers-color-scheme: dark" in page.source
    images = page.all("img")
    assert [image["class"] for image in images] == ["if-light", "if-dark"] * len(PICTURES)
    assert len({image["src"] for image in images}) == 2 * len(PICTURES)
    assert all(len(image["alt"] or "") > 40 for image in images)


def test_texts_are_shown_as_texts_whatever_stands_in_them(page: Page) -> None:
    assert "<script" not in page.source
    assert "<script>alert('x')</script> \"quoted\" & {{ 7 * 7 }}" in page.text


def test_texts_say_their_language_and_find_their_direction(page: Page) -> None:
    texts = [d for d in page.all("div") if "dir" in d]
    assert {d["dir"] for d in texts} == {"auto"}
    assert {d["lang"] for d in texts} == {"de", "ar", "he", "ja", "zh-CN", "", "fr"}


def test_the_page_says_what_was_measured(page: Page) -> None:
    assert "0.424" in page.text
    assert "0.404 to 0.444" in page.text
    assert "of what the mix of languages costs hybrid is recovered" in page.text
    assert "hybrid is ahead of ease (0.424 against 0.298)" in page.text
    assert "hybrid and hybrid-raw cannot be told apart" in page.text


def test_a_reason_names_the_item_of_the_history(page: Page) -> None:
    text = " ".join(page.text.split())
    assert "because of gimp: Bildbearbeitungsprogramm" in text
    assert "because of beyond-the-shown-history" in text


def test_pictures_open_and_show_something(folder: Path) -> None:
    for name in PICTURES:
        with Image.open(folder / f"{name}.png") as image:
            shown = image.convert("RGB")
        assert min(shown.size) > 300
        assert min(shown.getpixel((2, 2))) >= 253
        assert len(shown.getcolors(maxcolors=1 << 24)) > 20


def test_metrics_have_the_agreed_keys_and_null_where_nothing_was_measured(folder: Path) -> None:
    rows = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    keys = "dataset view split seed model slice measure k value low high n"
    assert {" ".join(row) for row in rows} == {keys}
    coverage = next(row for row in rows if row["measure"] == "coverage")
    assert coverage["low"] is None
    assert {row["seed"] for row in rows} == {0, 1, "mean"}


def test_a_second_report_replaces_the_first(
    made_content: Content, bare_content: Content, tmp_path: Path
) -> None:
    write_report(made_content, tmp_path)
    write_report(bare_content, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"report.html", "metrics.json"}
    assert "Nothing yet" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8")) == []


def test_the_same_content_gives_the_same_files(
    made_content: Content, folder: Path, tmp_path: Path
) -> None:
    write_report(made_content, tmp_path)
    for path in folder.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


def test_a_report_of_nothing_has_a_title_only(bare_content: Content, tmp_path: Path) -> None:
    page = Page(write_report(bare_content, tmp_path))
    assert page.sections() == []
    assert page.all("img") == page.all("table") == page.all("a") == []


@pytest.mark.parametrize(
    ("part", "section"),
    [("exposure", "exposure"), ("space", "space"), ("cards", "users"), ("facts", "facts")],
)
def test_a_report_of_one_part_has_its_section_only(
    made_content: Content, bare_content: Content, tmp_path: Path, part: str, section: str
) -> None:
    content = replace(bare_content, **{part: getattr(made_content, part)})
    page = Page(write_report(content, tmp_path))
    assert page.sections() == [section]
    assert [a["href"] for a in page.all("a")] == [f"#{section}"]


def test_rows_of_one_seed_and_no_interval_make_a_report(
    made_content: Content, bare_content: Content, tmp_path: Path
) -> None:
    nan = float("nan")
    one = [
        replace(row, low=nan, high=nan)
        for row in made_content.rows
        if row.seed == 0 and row.split == "random"
    ]
    page = Page(write_report(replace(bare_content, rows=one), tmp_path))
    assert page.sections() == ["accuracy"]
    assert "0.421" in page.text
    assert " to " not in page.text.split("hybrid-en")[0].split("popularity")[1]
