from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from polyrec.core.errors import ConfigError, LanguageError
from polyrec.core.types import Query, Review, Suggestion
from polyrec.pipeline.fitted import Fitted, fit
from polyrec.pipeline.plan import Plan
from polyrec.pipeline.written import vector_of

if TYPE_CHECKING:
    from polyrec.testing.worlds import TwoCamps

WOOD, SKY = "wood saw plane oak", "star orbit comet moon"


def camp_of(answer: Suggestion) -> set[int]:
    return {int(item.item_id[1:]) % 2 for item in answer.items}


def test_reviews_of_what_was_liked_lead_to_what_is_like_it(content: Fitted) -> None:
    for text, camp in ((WOOD, 0), (SKY, 1)):
        answer = content.service.recommend(Query(reviews=(Review(text),), k=5))
        assert (answer.mode, camp_of(answer)) == ("text", {camp})


def test_a_review_of_what_was_not_liked_leads_away_from_it(content: Fitted) -> None:
    space = content.learned.space
    both = Review(f"{WOOD} {SKY}")
    mixed, against = Query(reviews=(both,)), Query(reviews=(both, Review(SKY, -0.5)))
    sky = space.queries([SKY], ["en"])[0]
    assert float(vector_of(space, against)[0] @ sky) < float(vector_of(space, mixed)[0] @ sky) - 0.1
    answer = content.service.recommend(Query(reviews=against.reviews, k=5))
    assert camp_of(answer) == {0}


def test_a_wish_and_reviews_count_together(content: Fitted) -> None:
    space = content.learned.space
    found = vector_of(space, Query(text=WOOD, reviews=(Review(SKY), Review(" "), Review("x", 0))))
    parts = space.queries([WOOD, SKY], ["en", "en"]).sum(axis=0)
    assert np.allclose(found[0], parts / np.linalg.norm(parts), atol=1e-6)


def test_reviews_count_beside_a_history(content: Fitted) -> None:
    alone = content.service.recommend(Query(user_id="u0", k=5))
    joined = content.service.recommend(Query(user_id="u0", reviews=(Review(SKY, 5.0),), k=5))
    assert (joined.mode, camp_of(alone)) == ("personal", {0})
    assert camp_of(joined) != {0}


def test_reviews_against_things_alone_do_not_say_what_is_wanted(content: Fitted) -> None:
    answer = content.service.recommend(Query(reviews=(Review(SKY, -1.0),)))
    assert answer.mode == "popular"
    assert "nothing is known of who asks" in answer.note


def test_who_cannot_read_says_so(ease: Fitted) -> None:
    answer = ease.service.recommend(Query(reviews=(Review(SKY),)))
    assert answer.mode == "popular"
    assert "cannot read texts" in answer.note


def test_what_a_review_cannot_be_is_refused(content: Fitted) -> None:
    with pytest.raises(ConfigError, match="weight of a review"):
        content.service.recommend(Query(reviews=(Review(SKY, float("nan")),)))
    with pytest.raises(LanguageError, match="no language"):
        content.service.recommend(Query(reviews=(Review(SKY, language="no language"),)))


def test_the_language_of_a_review_is_found(camps: TwoCamps) -> None:
    plan = {"encoder": {"use": "hashing"}, "recommender": {"use": "content"}}
    rec = fit(camps.dataset, Plan.from_table(plan | {"detector": {"use": "py3langid"}}))
    asked = Query(reviews=(Review("Das ist ein sehr schönes Buch über die Sterne"), Review("x", 1)))
    understood = rec.service._understood(asked)
    assert [each.language for each in understood.reviews] == ["de", "und"]
