from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import Config
from app.local import run
from app.local.embedded import scratch_folder
from tests.local.runs import plain_environment


@pytest.fixture(scope="module")
def run_data() -> Iterator[Path]:
    """A data folder whose database counts as migrated and filled: neither is what these tests are about."""
    with scratch_folder() as folder:
        (folder / "postgres").mkdir()
        (folder / "postgres" / "prepared").write_text(run.made_of(Config.from_environ(plain_environment())))
        yield folder
