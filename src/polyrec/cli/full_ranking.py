"""Options by which others sample what is ranked: refused with the reason, not as unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from polyrec.evaluation.leaks import refuse_sampling

if TYPE_CHECKING:
    from collections.abc import Callable


def full_ranking_only(command: Callable[..., Any]) -> Callable[..., Any]:
    """Have a command refuse to rank test items among sampled others; nothing is in its help."""
    names = ("--negatives", "--n-negatives", "--n_negatives", "--sampled-negatives")
    option = click.option(
        *("sampling", *names),
        is_flag=False,
        flag_value="",
        hidden=True,
        expose_value=False,
        callback=_refused,
    )
    return option(command)


def _refused(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    del ctx, param
    if value is not None:
        refuse_sampling()
