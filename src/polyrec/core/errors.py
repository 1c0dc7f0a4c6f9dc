"""Every error that polyrec raises on purpose, and the exit code that each gives.

PolyrecError
├── ConfigError        exit 2: a setting, a name or an installation is wrong
│   ├── UnknownNameError
│   └── MissingExtraError
├── DataError          exit 3: the data say something that cannot be
│   ├── UnknownIdError
│   └── LanguageError
├── NotFittedError     exit 3: a part was used before it had learned
└── EngineError        exit 4: an outside engine failed
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

MOST_IDS, LONGEST_ID = 50_000, 100
"""Beyond these, no near ids are looked for."""

NEAR = 0.7
"""What is offered shares at least so much with what was asked for; else it is another word."""


class PolyrecError(Exception):
    """A problem in one sentence, and what to do about it.

    Args:
        problem: what was wrong and what was got, naming file, row and column where there is one.
        hint: what to do, or empty.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, problem: str, *, hint: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.problem}; {self.hint}" if self.hint else self.problem


class ConfigError(PolyrecError):
    """A setting cannot be used."""

    exit_code = 2


class UnknownNameError(ConfigError):
    """No part, dataset, view or setting has this name.

    Args:
        kind: what was looked for, with its article left out: `recommender`.
        name: what was asked for.
        known: the names that exist: one that is near is offered, else all are told.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        known = sorted(known)
        near = difflib.get_close_matches(name, known, n=1, cutoff=NEAR)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known) or 'none'}"
        super().__init__(f"no {kind} is named {name!r}", hint=hint)


class MissingExtraError(ConfigError):
    """A part needs a library that is not installed.

    Args:
        part: kind and name of the part: `encoder 'sentence'`.
        needs: the library.
        remedy: the command or setting that helps.
    """

    def __init__(self, part: str, *, needs: str, remedy: str) -> None:
        super().__init__(f"{part} needs {needs}", hint=remedy)


class DataError(PolyrecError):
    """The data hold something that cannot be used."""

    exit_code = 3


class UnknownIdError(DataError):
    """A user or item is not in the data.

    Args:
        kind: `user` or `item`.
        name: the id that was asked for.
        known: the ids that exist; the nearest are offered where there is no other hint. Leave them
            out where ids belong to people: a message must not tell one who the others are.
        hint: what to do about it.
    """

    def __init__(
        self, kind: str, name: str, *, known: Collection[str] = (), hint: str = ""
    ) -> None:
        super().__init__(f"no {kind} has the id {name!r}", hint=hint or did_you_mean(name, known))


def did_you_mean(name: str, known: Collection[str]) -> str:
    """Offer the nearest names; empty where none is near or looking would take long."""
    if len(known) > MOST_IDS or len(name) > LONGEST_ID:
        return ""
    near = difflib.get_close_matches(name, known, n=3)
    return f"did you mean {' or '.join(map(repr, near))}?" if near else ""


class LanguageError(DataError):
    """A language is not a BCP 47 tag."""

    def __init__(self, tag: object) -> None:
        super().__init__(
            f"{tag!r} is not a language tag", hint="use BCP 47, such as 'de', 'pt-BR' or 'und'"
        )


class NotFittedError(PolyrecError):
    """A part was asked for an answer before it had learned.

    Args:
        part: the name of the part.
    """

    exit_code = 3

    def __init__(self, part: str) -> None:
        super().__init__(f"{part} has not been fitted", hint="call fit first")


class EngineError(PolyrecError):
    """An outside engine failed.

    Args:
        problem: what the engine did.
        hint: what to do about it.
        retryable: whether the same call may succeed later.
        wait_s: how long the engine asks to wait before that; 0 where it does not say.
    """

    exit_code = 4

    def __init__(
        self, problem: str, *, hint: str = "", retryable: bool = False, wait_s: float = 0.0
    ) -> None:
        super().__init__(problem, hint=hint)
        self.retryable = retryable
        self.wait_s = wait_s
