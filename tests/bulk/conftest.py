"""The business whose bulk actions are tried."""

from __future__ import annotations

import pytest

from tests.people import Shop, Town


@pytest.fixture
def shop(town: Town) -> Shop:
    return town.kavalier
