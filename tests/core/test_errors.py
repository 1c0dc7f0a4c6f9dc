from __future__ import annotations

import pytest

from polyrec.core import errors
from polyrec.core.errors import (
    ConfigError,
    DataError,
    EngineError,
    LanguageError,
    MissingExtraError,
    NotFittedError,
    PolyrecError,
    UnknownIdError,
    UnknownNameError,
)


@pytest.mark.parametrize(
    ("error", "message", "exit_code"),
    [
        (PolyrecError("it broke"), "it broke", 1),
        (PolyrecError("it broke", hint="mend it"), "it broke; mend it", 1),
        (ConfigError("k is 0", hint="give at least 1"), "k is 0; give at least 1", 2),
        (
            UnknownNameError("recommender", "eas", ["ease", "content"]),
            "no recommender is named 'eas'; did you mean 'ease'?",
            2,
        ),
        (
            UnknownNameError("objective", "nothing", ["translations", "denoising"]),
            "no objective is named 'nothing'; known: denoising, translations",
            2,
        ),
        (
            UnknownNameError("dataset", "x", ["b", "a"]),
            "no dataset is named 'x'; known: a, b",
            2,
        ),
        (UnknownNameError("dataset", "x", []), "no dataset is named 'x'; known: none", 2),
        (
            MissingExtraError(
                "encoder 'sentence'",
                needs="sentence-transformers",
                remedy="pip install 'polyrec[torch]'",
            ),
            "encoder 'sentence' needs sentence-transformers; pip install 'polyrec[torch]'",
            2,
        ),
        (DataError("row 17 is empty"), "row 17 is empty", 3),
        (UnknownIdError("user", "u9"), "no user has the id 'u9'", 3),
        (
            UnknownIdError("item", "i9", hint="see items.csv"),
            "no item has the id 'i9'; see items.csv",
            3,
        ),
        (
            UnknownIdError("item", "gmip", known=["gimp", "krita", "gimp2"]),
            "no item has the id 'gmip'; did you mean 'gimp' or 'gimp2'?",
            3,
        ),
        (UnknownIdError("item", "x", known=["gimp"]), "no item has the id 'x'", 3),
        (
            UnknownIdError("item", "gmip", known=["gimp"], hint="see items.csv"),
            "no item has the id 'gmip'; see items.csv",
            3,
        ),
        (
            LanguageError("german"),
            "'german' is not a language tag; use BCP 47, such as 'de', 'pt-BR' or 'und'",
            3,
        ),
        (
            LanguageError(None),
            "None is not a language tag; use BCP 47, such as 'de', 'pt-BR' or 'und'",
            3,
        ),
        (NotFittedError("Ease"), "Ease has not been fitted; call fit first", 3),
        (EngineError("the engine is down"), "the engine is down", 4),
    ],
)
def test_every_error_has_a_message_and_an_exit_code(
    error: PolyrecError, message: str, exit_code: int
) -> None:
    assert str(error) == message
    assert error.exit_code == exit_code


def test_no_near_id_is_looked_for_where_that_would_take_long() -> None:
    many = [f"item-{i}" for i in range(errors.MOST_IDS + 1)]
    assert UnknownIdError("item", "itm-7", known=many).hint == ""
    assert UnknownIdError("item", "itm-7", known=many[:50]).hint != ""
    assert UnknownIdError("item", "i" * 1000, known=["i" * 999]).hint == ""


def test_an_engine_says_whether_trying_again_may_help() -> None:
    assert not EngineError("down").retryable
    assert EngineError("busy", retryable=True).retryable


def test_every_error_is_one_of_polyrecs() -> None:
    kinds = [k for k in vars(errors).values() if isinstance(k, type) and issubclass(k, Exception)]
    assert len(kinds) == 9
    assert all(issubclass(kind, PolyrecError) for kind in kinds)
    assert all(kind.__doc__ for kind in kinds)
