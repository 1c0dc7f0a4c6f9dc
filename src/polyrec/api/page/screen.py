"""Makes a screen of a template and one language's words."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from polyrec.api.page.words import HTML_TAGS, TONGUES, words_in

if TYPE_CHECKING:
    from polyrec.api.page.words import Words

TEMPLATES = Path(__file__).parent / "templates"

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    # not `no-referrer`: with that, older browsers hide from us that a form is our own
    "Referrer-Policy": "same-origin",
}
"""Of every screen: it is made of our own style and script, and posts to nobody else."""


def render(template: str, words: Words, **values: Any) -> str:
    """Make a screen; half of a surrogate pair, which no page can hold, becomes `?`."""
    made = _environment(words.tongue).get_template(template)
    html = made.render(
        words=words,
        tongues=TONGUES,
        tags={each: HTML_TAGS.get(each, each) for each in TONGUES},
        **values,
    )
    return html.encode("utf-8", "replace").decode()


@lru_cache
def _environment(tongue: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        trim_blocks=True,
        undefined=StrictUndefined,
    )
    environment.install_gettext_translations(  # type: ignore[attr-defined]
        words_in(tongue).translations, newstyle=True
    )
    return environment
