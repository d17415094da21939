"""The embedded database is lost with its disk, and comes back from its base and the log that was packed since."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import Mock

import pytest

from app.local.backup import KEPT, Backups, pack_log, packing_fails, stop_packing, take
from app.local.embedded import ARCHIVING, RECOVERY, TEST_SETTINGS, Postgres, scratch_folder
from app.local.processes import LocalError
from app.local.restore import base_for, restore
from app.local.supervisor import Supervisor
from tests.messaging.killing import wait_until

SETTINGS = TEST_SETTINGS | ARCHIVING | {"full_page_writes": "on", "synchronous_commit": "on"}


@pytest.fixture
def data() -> Iterator[Path]:
    with scratch_folder() as folder:
        (folder / "secret_key").write_text("a key of 40 letters and a few more of them")
        yield folder


@pytest.fixture
def server(data: Path) -> Iterator[Postgres]:
    found = Postgres(data / "postgres", SETTINGS)
    found.start()
    with found.connect() as connection:
        connection.execute("CREATE TABLE note (number int, at timestamptz DEFAULT clock_timestamp())")
    yield found
    found.stop()


def note(server: Postgres, number: int) -> datetime:
    with server.connect() as connection:
        row = connection.execute("INSERT INTO note VALUES (%s) RETURNING at", [number]).fetchone()
    assert row is not None
    moment: datetime = row[0]
    return moment


def notes(server: Postgres) -> list[int]:
    with server.connect() as connection:
        return [number for (number,) in connection.execute("SELECT number FROM note ORDER BY number")]


def wait_until_packed(server: Postgres) -> None:
    """What was written so far is out of the server's hands."""
    with server.connect() as connection:
        (piece,) = connection.execute("SELECT pg_walfile_name(pg_current_wal_lsn())").fetchone() or ("",)
        connection.execute("SELECT pg_switch_wal()")
        until = time.monotonic() + 30
        packed = "SELECT coalesce(last_archived_wal, '') >= %s FROM pg_stat_archiver"
        while connection.execute(packed, [piece]).fetchone() != (True,):
            assert time.monotonic() < until, connection.execute("TABLE pg_stat_archiver").fetchall()
            time.sleep(0.05)


def lose(server: Postgres) -> None:
    """The machine dies, and its disk."""
    os.kill(int((server.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    server.stop()
    server.end_leftovers()
    shutil.rmtree(server.data)


def test_what_was_written_since_the_base_comes_back(server: Postgres, data: Path) -> None:
    backups = Backups(data / "back ups'%")
    note(server, 1)
    base = take(server, backups, data)
    note(server, 2)
    wait_until_packed(server)
    note(server, 3)  # lost: nobody packed it
    lose(server)
    (data / "secret_key").unlink()
    assert restore(server, backups, data) == (base, None)
    assert notes(server) == [1, 2]
    assert (data / "secret_key").read_text().startswith("a key")
    note(server, 4)
    wait_until_packed(server)
    lose(server)
    restore(server, backups, data)
    assert notes(server) == [1, 2, 4]


def test_it_comes_back_as_it_was_at_a_moment(server: Postgres, data: Path) -> None:
    """As before someone made a mistake; what was there is kept beside it."""
    backups = Backups(data / "backups")
    take(server, backups, data)
    note(server, 1)
    time.sleep(1.1)
    moment = datetime.now(UTC)
    note(server, 2)
    wait_until_packed(server)
    server.stop()
    _base, before = restore(server, backups, data, moment)
    assert notes(server) == [1]
    assert before is not None
    assert (before / "PG_VERSION").exists()
    with pytest.raises(LocalError, match="no backup of so long ago"):
        base_for(backups, datetime(2020, 1, 1, tzinfo=UTC))


def test_a_copy_that_fails_leaves_everything_in_its_place(
    server: Postgres, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backups = Backups(data / "backups")
    take(server, backups, data)
    note(server, 1)
    server.stop()

    def full(*_paths: Path, **_options: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("app.local.restore.shutil.copytree", full)
    with pytest.raises(OSError, match="No space left"):
        restore(server, backups, data)
    server.start()
    assert notes(server) == [1]


def test_the_key_comes_back_that_the_database_was_written_with(server: Postgres, data: Path) -> None:
    """Whoever lost the whole folder may have started anew in it, and a run makes keys of its own."""
    backups = Backups(data / "backups")
    take(server, backups, data)
    lose(server)
    (data / "secret_key").write_text("another key that a run has made since")
    restore(server, backups, data)
    assert (data / "secret_key").read_text().startswith("a key")
    (kept,) = data.glob("secret_key-before-*")
    assert kept.read_text().startswith("another key")


def test_a_log_is_read_however_long_it_takes(
    server: Postgres, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    backups = Backups(data / "backups")
    take(server, backups, data)
    note(server, 1)
    wait_until_packed(server)
    lose(server)
    unpacking = Backups.unpacking
    monkeypatch.setattr(Backups, "unpacking", lambda *given: f"sleep 0.5; {unpacking(*given)}")
    monkeypatch.setattr("app.local.server._LONGEST_START", 0.2)
    monkeypatch.setattr("app.local.server._TOLD_EVERY", 0.1)
    restore(server, backups, data)
    assert notes(server) == [1]
    assert "PostgreSQL is starting, 0 s so far: " in capsys.readouterr().out


def test_what_was_cut_off_while_the_log_was_read_goes_on_with_the_next_start(
    server: Postgres, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the right keys; and it is an ordinary server then."""
    backups = Backups(data / "backups")
    take(server, backups, data)
    note(server, 1)
    wait_until_packed(server)
    lose(server)
    (data / "secret_key").unlink()
    with monkeypatch.context() as cut:
        cut.setattr(Postgres, "start", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            restore(server, backups, data)
    assert (data / "secret_key").read_text().startswith("a key")
    server.start()
    assert notes(server) == [1]
    with server.connect() as connection:
        left = "SELECT name FROM pg_file_settings WHERE name = ANY(%s)"
        assert connection.execute(left, [list(RECOVERY)]).fetchall() == []
    server.stop()
    server.start()
    assert notes(server) == [1]


def test_old_bases_and_their_log_go(server: Postgres, data: Path) -> None:
    backups = Backups(data / "backups")
    made = []
    for number in range(KEPT + 2):
        made.append(take(server, backups, data))
        note(server, number)
        wait_until_packed(server)
        time.sleep(1.1)  # their names are of seconds
    assert backups.newest_first == made[: -KEPT - 1 : -1]
    with server.connect() as connection:
        (first,) = connection.execute("SELECT pg_walfile_name('0/1000000')").fetchone() or ("",)
    (log,) = backups.log.iterdir()
    packed = sorted(each.name for each in log.iterdir())
    assert packed
    assert packed[0] > f"{first}.gz"
    lose(server)
    restore(server, backups, data)
    assert notes(server) == list(range(KEPT + 2))


def test_a_base_that_was_cut_off_counts_for_nothing(server: Postgres, data: Path) -> None:
    backups = Backups(data / "backups")
    backups.prepare()
    (backups.bases / "new.part").mkdir()
    with pytest.raises(LocalError, match="There is no backup"):
        base_for(backups, None)
    base = take(server, backups, data)
    assert backups.newest_first == [base]
    assert not list(backups.bases.glob("*.part"))


def test_a_piece_that_was_packed_is_packed_again_after_a_crash(server: Postgres, data: Path) -> None:
    """PostgreSQL asks again where it died before it had noted that a piece was packed; another piece it never takes."""
    backups = Backups(data / "backups")
    backups.prepare()
    piece = data / "piece"
    piece.write_bytes(b"log" * 1000)
    command = backups.packing(7).replace("%p", str(piece)).replace("%f", "0001").replace("%%", "%")
    assert [os.system(command) for _ in range(2)] == [0, 0]
    piece.write_bytes(b"another")
    assert os.system(command) != 0


def test_a_database_that_was_made_anew_has_a_log_of_its_own(server: Postgres, data: Path) -> None:
    """As after make reset: its pieces have the names of those before."""
    backups = Backups(data / "backups")
    take(server, backups, data)
    note(server, 1)
    wait_until_packed(server)
    lose(server)
    server.start()
    with server.connect() as connection:
        connection.execute("CREATE TABLE note (number int, at timestamptz DEFAULT clock_timestamp())")
    time.sleep(1.1)
    base = take(server, backups, data)
    note(server, 2)
    wait_until_packed(server)
    lose(server)
    assert restore(server, backups, data) == (base, None)
    assert notes(server) == [2]
    assert len(list(backups.log.iterdir())) == 2


def test_a_backup_whose_disk_is_away_is_told_of_and_can_be_given_up(
    server: Postgres, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else what waits for it fills the database's own disk without a word."""
    backups = Backups(data / "backups")
    take(server, backups, data)
    note(server, 1)
    wait_until_packed(server)
    monkeypatch.setattr("app.local.supervisor.LOOKED_AT_EVERY", 0)
    supervisor = Supervisor()
    supervisor.postgres = server
    supervisor.mind()
    assert capsys.readouterr().out == ""
    backups.folder.rename(data / "away")
    note(server, 2)
    with server.connect() as connection:
        connection.execute("SELECT pg_switch_wal()")
    assert wait_until(lambda: packing_fails(server) != "", 30)
    supervisor.mind()
    assert "16 MB of the log wait" in capsys.readouterr().out
    stop_packing(server)
    assert wait_until(lambda: packing_fails(server) == "", 90)
    supervisor.mind()
    assert capsys.readouterr().out == ""


def test_a_server_that_packs_nothing_says_so(data: Path) -> None:
    server = Postgres(data / "postgres", TEST_SETTINGS | {"archive_mode": "off"})
    server.start()
    try:
        backups = Backups(data / "backups")
        backups.prepare()
        with pytest.raises(LocalError, match="Stop it and start it again"):
            pack_log(server, backups)
    finally:
        server.stop()
