from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from polyrec.core.errors import DataError
from polyrec.store.audit import Audit

if TYPE_CHECKING:
    from polyrec.store.database import Database


def test_lines_stand_in_the_order_in_which_they_were_written(database: Database) -> None:
    audit = Audit(database)
    audit.add("backup", actor="admin")
    audit.add("restored", actor="key 7", counts={"events": 3})
    first, second = audit.page()
    assert (first.action, first.actor, first.counts) == ("backup", "admin", {})
    assert (second.action, second.counts) == ("restored", {"events": 3})
    assert audit.page(after=first.number) == [second]
    assert audit.page(limit=1) == [first]
    assert first.at <= second.at


def test_what_is_too_long_is_refused(database: Database) -> None:
    audit = Audit(database)
    with pytest.raises(DataError, match="the action has 65 characters"):
        audit.add("x" * 65, actor="admin")
    assert audit.page() == []
