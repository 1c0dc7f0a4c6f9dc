"""How likely short answers are, read from what a model tells of its next token."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, Any

from polyrec.core.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NONE_TOLD = "the model does not say how likely answers are"
"""Why there are no logs: a service that leaves them out."""

NONE_LIKELY = "no answer is among what the model would say next"
"""Why there are no logs: the model would say something else."""


def check_answers(answers: Sequence[str]) -> None:
    """Refuse answers that their beginnings do not tell apart.

    Raises:
        DataError: there are fewer than two, one is blank, or one begins as another does.
    """
    if len(answers) < 2 or not all(answer.strip() for answer in answers):
        raise DataError(f"answers are {list(answers)!r}", hint="give two or more, none blank")
    for one, other in combinations(answers, 2):
        if _plain(one).startswith(_plain(other)) or _plain(other).startswith(_plain(one)):
            raise DataError(
                f"the answers {one!r} and {other!r} begin alike", hint="give others to choose from"
            )


def logs_of(told: Iterable[tuple[str, float]], answers: Sequence[str]) -> tuple[float, ...]:
    """Give the natural log of each answer's probability as what comes next; empty if none is told.

    A token counts for the one answer that it is, or that it begins. An answer without any has the
    least that is told of any token, as it is no likelier than that.

    Args:
        told: tokens and the natural logs of their probabilities.
        answers: as `check_answers` lets them pass.
    """
    likely: list[list[float]] = [[] for _ in answers]
    least = 0.0
    for token, log in told:
        least = min(least, log)
        begins = [i for i, answer in enumerate(answers) if _begins(answer, token)]
        if len(begins) == 1:
            likely[begins[0]].append(log)
    if not any(likely):
        return ()
    return tuple(_joined(logs) if logs else least for logs in likely)


def tokens_told(choice: Any) -> list[tuple[str, float]]:
    """Read the likeliest next tokens from a choice of OpenAI's protocol; empty if there are none.

    Tokens of no probability are left out.
    """
    try:
        first = choice["logprobs"]["content"][0]["top_logprobs"]
        found = [(str(each["token"]), float(each["logprob"])) for each in first]
    except (IndexError, KeyError, TypeError, ValueError):
        return []
    return [(token, log) for token, log in found if math.isfinite(log)]


def _joined(logs: list[float]) -> float:
    most = max(logs)
    return most + math.log(sum(math.exp(log - most) for log in logs))


def _begins(answer: str, token: str) -> bool:
    return bool(_plain(token)) and _plain(answer).startswith(_plain(token))


def _plain(text: str) -> str:
    return text.strip().casefold()
