from __future__ import annotations

import pytest

from polyrec.store.database import Database


@pytest.fixture
def database(database_url: str) -> Database:
    """An empty database of each kind."""
    return Database()
