from __future__ import annotations

import pytest

from polyrec.cli.printable import first_line, printable


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "[31mred [0m"),
        ("a\x9b31mb", "a 31mb"),
        ("bell\x07", "bell"),
        ("one\r\ntwo\tthree", "one two three"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("[bold]木工[/bold]", "[bold]木工[/bold]"),
    ],
)
def test_text_loses_what_steers_a_terminal_and_nothing_else(given: str, shown: str) -> None:
    assert printable(given) == shown


@pytest.mark.parametrize(
    ("given", "shown"), [("", ""), (" \n\n", ""), ("\n \x1b\nHobel \nlang", "Hobel"), ("a", "a")]
)
def test_the_first_line_is_the_first_that_says_something(given: str, shown: str) -> None:
    assert first_line(given) == shown
