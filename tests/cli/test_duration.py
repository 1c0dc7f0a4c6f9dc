from __future__ import annotations

import click
import pytest

from polyrec.cli.duration import DURATION


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("90s", 90.0), ("30m", 1800.0), ("24h", 86400.0), ("7d", 604800.0), (" 1s ", 1.0), (2.5, 2.5)],
)
def test_a_time_is_a_number_and_a_unit(given: object, seconds: float) -> None:
    assert DURATION.convert(given, None, None) == seconds


WRONG = ["", "24", "h", "0h", "-1h", "1.5h", "1w", "9999d", "1h30m", "\u0663h"]


@pytest.mark.parametrize("given", WRONG)
def test_what_is_no_time_is_refused(given: str) -> None:
    with pytest.raises(click.BadParameter, match="is no time: give 90s, 30m, 24h or 7d"):
        DURATION.convert(given, None, None)
