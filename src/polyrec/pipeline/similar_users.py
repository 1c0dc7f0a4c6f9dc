"""Similar users: whose histories are nearest to one user's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from polyrec.core.types import Training
from polyrec.models.user_knn import UserKnn
from polyrec.pipeline.explanation import SimilarUser

if TYPE_CHECKING:
    from polyrec.pipeline.learned import Learned


def similar_users(learned: Learned, user_id: str, k: int) -> tuple[SimilarUser, ...]:
    """Name the users whose histories are nearest to a user's, nearest first.

    Raises:
        UnknownIdError: the user is not known.
    """
    user, histories = learned.users.index(user_id, kind="user"), learned.histories
    own = histories.rows(slice(user, user + 1))
    if not len(own.items):
        return ()
    knn = UserKnn(n_neighbours=k + 1, weighting="tfidf").fit(Training(histories))
    found = knn.nearest(own)
    users = np.flatnonzero(histories.lengths)[found.indices]
    names = learned.catalog.ids.names
    return tuple(
        SimilarUser(
            learned.users.names[users[i]],
            min(float(found.data[i]), 1.0),
            tuple(names[j] for j in own.items if j in histories.items_of(int(users[i]))),
        )
        for i in np.argsort(-found.data, kind="stable")
        if users[i] != user
    )[:k]
