"""The report: one page that needs nothing from outside, its pictures, and all figures as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from polyrec.core.files import write_whole
from polyrec.evaluation.picture_style import DARK, LIGHT
from polyrec.evaluation.pictures import PICTURES, draw_pictures
from polyrec.evaluation.report_cards import card_view
from polyrec.evaluation.report_choice import choose
from polyrec.evaluation.report_claims import claims
from polyrec.evaluation.rows import to_json
from polyrec.evaluation.tables import further_tables, language_table, main_table, slice_tables
from polyrec.evaluation.tables_left_out import left_out_tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from polyrec.evaluation.content import Content
    from polyrec.evaluation.pictures import Picture
    from polyrec.evaluation.report_choice import Choice


def write_report(content: Content, folder: Path) -> Path:
    """Write a report into a folder, which is made if it is absent.

    The folder then holds `report.html` (one file; light or dark as its reader's screen is), the
    pictures in light beside it and `metrics.json` (see `rows`). What the content lacks is left out,
    pictures of an earlier report included; each file is written whole, the page last.

    Returns:
        The path of the page.
    """
    folder = Path(folder)
    choice = choose(content)
    pictures = draw_pictures(content, choice)
    page = _page(content, choice, pictures)
    write_whole(folder / "metrics.json", f"{to_json(content.rows)}\n")
    for name in PICTURES:
        if name in pictures:
            write_whole(folder / f"{name}.png", pictures[name].light)
        else:
            (folder / f"{name}.png").unlink(missing_ok=True)
    write_whole(folder / "report.html", page)
    return folder / "report.html"


def _page(content: Content, choice: Choice, pictures: Mapping[str, Picture]) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # texts of items are untrusted: all is escaped, and nothing in the templates is marked safe
    environment = Environment(
        loader=PackageLoader("polyrec.evaluation", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html").render(
        title=content.title,
        lead=content.lead,
        view=choice.view,
        light=LIGHT,
        dark=DARK,
        pictures=pictures,
        main=main_table(choice),
        further=further_tables(choice),
        claims=claims(content.rows, choice),
        languages=language_table(content, choice),
        left_out=left_out_tables(content, choice),
        slices=slice_tables(choice),
        cards=[card_view(card) for card in content.cards],
        facts=content.facts,
    )
    return f"{page.strip()}\n"
