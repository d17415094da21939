from collections.abc import Iterator
from pathlib import Path

import pytest

from app.local import run
from app.local.embedded import scratch_folder
from app.local.paths import fingerprint


@pytest.fixture(scope="module")
def run_data() -> Iterator[Path]:
    """A data folder whose database counts as migrated and filled: neither is what these tests are about."""
    with scratch_folder() as folder:
        (folder / "postgres").mkdir()
        (folder / "postgres" / "prepared").write_text(fingerprint(*run.DATABASE_SOURCES))
        yield folder
