"""The contracts bite: parts with one fault each fail the test that is about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from polyrec.core.errors import ConfigError
from polyrec.core.registry import PARTS, parts
from polyrec.core.types import Rankings
from polyrec.encode.debias import Debias
from polyrec.encode.hashing import Hashing
from polyrec.models.popularity import Popularity
from polyrec.rank.prefer_languages import PreferLanguages
from polyrec.testing.contracts.debias import DebiasContract
from polyrec.testing.contracts.encoder import EncoderContract
from polyrec.testing.contracts.part import refusal
from polyrec.testing.contracts.ranker import RankerContract
from polyrec.testing.contracts.recommender import RecommenderContract

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.core.types import Floats, Histories, Strings, Training
    from polyrec.encode.encoder import Kind
    from polyrec.rank.ranker import Context


@dataclass
class Mine(Popularity):
    """A part that keeps the contract."""


@dataclass
class NotANumber(Popularity):
    """Divides by the length of the history."""

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        with np.errstate(all="ignore"):
            return super()._score(histories, profiles) * 0 / histories.lengths[:, None]


@dataclass
class Forgetful(Popularity):
    """Learns something that is not saved."""

    def _fit(self, training: Training, seed: int) -> None:
        super()._fit(training, seed)
        self.bonus = 1

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        return super()._score(histories, profiles) + self.bonus


@dataclass
class Sociable(Popularity):
    """Scores users by who else is scored with them."""

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        return super()._score(histories, profiles) + len(histories)


@dataclass
class Changing(Popularity):
    """Learns from being asked."""

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        assert self.counts_ is not None
        self.counts_ = self.counts_ + 1
        return super()._score(histories, profiles)


@dataclass
class Greedy(Popularity):
    """Writes into what it was given."""

    def _score(self, histories: Histories, profiles: Floats | None) -> Floats:
        histories.weights[:] = 1
        return super()._score(histories, profiles)


@dataclass
class Restless(Popularity):
    """Draws without a seed."""

    def _fit(self, training: Training, seed: int) -> None:
        self.counts_ = np.random.default_rng().random(training.n_items).astype(np.float32)


def run(contract: type[Any], part: object, name: str) -> None:
    class Contract(contract):  # type: ignore[misc]
        pass

    found = Contract()
    found.part = part
    getattr(found, name)()


class TestMine(RecommenderContract):
    """What a third party writes, for a part that an entry point registers."""

    part = Mine()
    is_personal = False

    @pytest.fixture(autouse=True)
    def _registered(self, monkeypatch: pytest.MonkeyPatch) -> Any:
        monkeypatch.setitem(PARTS["recommender"], "mine", f"{__name__}:Mine")
        monkeypatch.setitem(__import__("sys").modules, __name__, _this_module())
        parts.cache_clear()
        yield
        monkeypatch.undo()
        parts.cache_clear()


def _this_module() -> Any:
    from types import ModuleType

    module = ModuleType(__name__)
    vars(module).update(globals())
    return module


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (NotANumber(), "test_an_empty_history_can_be_scored"),
        (Sociable(), "test_order_and_company_change_no_score"),
        (Changing(), "test_an_answer_changes_nothing"),
        (Restless(), "test_the_same_seed_gives_the_same_scores"),
        (Popularity(), "test_users_are_recommended_the_items_of_their_camp"),
    ],
)
def test_a_recommender_with_a_fault_fails(part: object, name: str) -> None:
    with pytest.raises(AssertionError):
        run(RecommenderContract, part, name)


def test_what_is_not_saved_is_missed() -> None:
    with pytest.raises(AttributeError, match="bonus"):
        run(RecommenderContract, Forgetful(), "test_what_was_saved_answers_alike")


def test_writing_into_what_was_given_fails() -> None:
    with pytest.raises(ValueError, match="read-only"):
        run(RecommenderContract, Greedy(), "test_scores_are_float32_of_every_item_for_every_user")


def test_a_part_that_is_not_registered_is_told_to_be() -> None:
    with pytest.raises(ConfigError, match="is not a registered recommender; add its line"):
        run(RecommenderContract, Restless(), "test_its_settings_survive_a_plan")


@dataclass
class Centred(Hashing):
    """Takes the mean of the batch away, so that company matters."""

    def _encode(self, texts: list[str], kind: Kind, advance: Callable[[int], None]) -> Floats:
        vectors = super()._encode(texts, kind, advance)
        return vectors - vectors.mean(axis=0) + 1


@dataclass
class BatchMean(Debias):
    """Takes the mean of what it is applied to away."""

    fitted_: Any = field(default=None, init=False, repr=False, compare=False)

    @property
    def fitted(self) -> bool:
        return self.fitted_ is not None

    def _fit(self, vectors: Floats, languages: Strings) -> None:
        self.fitted_ = 1

    def _apply(self, vectors: Floats, languages: Strings) -> Floats:
        return vectors - vectors.mean(axis=0)


@dataclass
class Rescoring(PreferLanguages):
    """Gives items other scores."""

    def rerank(self, rankings: Rankings, context: Context) -> Rankings:
        found = super().rerank(rankings, context)
        return Rankings(found.items, found.scores + 1)


@pytest.mark.parametrize(
    ("contract", "part", "name"),
    [
        (EncoderContract, Centred(), "test_order_and_company_change_no_vector"),
        (DebiasContract, BatchMean(), "test_vectors_are_unit_rows_of_float32_in_the_same_order"),
        (RankerContract, Rescoring(), "test_scores_stay_with_their_items"),
    ],
)
def test_other_parts_with_a_fault_fail(contract: type[Any], part: object, name: str) -> None:
    with pytest.raises(AssertionError):
        run(contract, part, name)


def test_a_refusal_that_does_not_come_is_a_failure() -> None:
    with pytest.raises(AssertionError, match=r"^ValueError was not raised$"):
        refusal(ValueError, lambda: None)
    with pytest.raises(TypeError, match="other"):
        refusal(ValueError, lambda: _raise(TypeError("other")))


def _raise(error: Exception) -> None:
    raise error
