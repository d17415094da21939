"""Who calls the API, and who buys through it."""

from __future__ import annotations

import pytest

from tests.api.calling import Program
from tests.api.shopping import buyer, till_of
from tests.people import Town


@pytest.fixture
def till(town: Town) -> Program:
    return till_of(town)


@pytest.fixture
def iryna(town: Town) -> int:
    return buyer(town.kavalier, 3_000)
