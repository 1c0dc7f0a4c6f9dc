from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from polyrec.core.errors import ConfigError, UnknownIdError
from polyrec.models.weighting import rarity

if TYPE_CHECKING:
    from polyrec.core.types import Histories
    from polyrec.pipeline.fitted import Fitted


def test_similar_users_are_of_the_same_camp_nearest_first(content: Fitted) -> None:
    for user in ("u0", "u7"):
        found = content.service.similar_users(user, k=5)
        assert len(found) == 5
        assert all(int(each.user_id[1:]) % 2 == int(user[1:]) % 2 for each in found)
        assert user not in {each.user_id for each in found}
        cosines = [each.cosine for each in found]
        assert cosines == sorted(cosines, reverse=True)


def test_likeness_is_the_cosine_of_histories_weighed_by_rarity(ease: Fitted) -> None:
    histories: Histories = ease.learned.histories
    X = histories.matrix()
    rows = X.toarray() * rarity(X)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    users = ease.learned.users
    for each in ease.service.similar_users("u0", k=3):
        expected = rows[users.index("u0", kind="user")] @ rows[users.index(each.user_id)]
        assert each.cosine == pytest.approx(expected, rel=1e-4)


def test_what_both_chose_is_named(ease: Fitted) -> None:
    learned = ease.learned

    def chosen(user: str) -> set[str]:
        items = learned.histories.items_of(learned.users.index(user, kind="user"))
        return {learned.catalog.ids.names[item] for item in items}

    for each in ease.service.similar_users("u4", k=40):
        assert set(each.shared) == chosen("u4") & chosen(each.user_id)
        assert each.shared


def test_wrong_numbers_and_unknown_users_are_refused(ease: Fitted) -> None:
    with pytest.raises(ConfigError, match="k is 0"):
        ease.service.similar_users("u0", k=0)
    with pytest.raises(UnknownIdError, match="stranger"):
        ease.service.similar_users("stranger")
