import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import psycopg
import pytest
import redis

from app.local.embedded import ADMIN, APP, LOADER, OWNER, TEST_SETTINGS, Postgres, Valkey, scratch_folder
from app.local.paths import PROJECT
from app.local.processes import LocalError


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    """A server that a test may kill; its data are as safe as in the default run."""
    with scratch_folder() as folder:
        server = Postgres(folder / "postgres", {"shared_buffers": "16MB"})
        server.start()
        yield server
        server.stop()


def test_the_roles_can_do_what_they_are_for_and_no_more(postgres: Postgres) -> None:
    with postgres.connect() as connection:
        found = connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole OR rolcreatedb OR rolreplication FROM pg_roles"
            " WHERE rolname LIKE 'regulars%' ORDER BY 1"
        ).fetchall()
    assert found == [(APP, False, False, False), (LOADER, False, True, False), (OWNER, False, False, False)]


def test_only_the_owner_makes_tables(own_postgres: Postgres) -> None:
    own_postgres.create_database("shop")
    own_postgres.create_database("shop")
    with own_postgres.connect(OWNER, "shop") as connection:
        connection.execute("CREATE TABLE goods ()")
    with own_postgres.connect(APP, "shop") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("CREATE TABLE mine ()")


def test_search_and_case_know_cyrillic(postgres: Postgres) -> None:
    with postgres.connect() as connection:
        found = connection.execute("SELECT to_tsvector('simple', 'Їжак ковалЬ')::text, upper('їжак'), now()::text")
        words, upper, now = found.fetchone() or ("", "", "")
    assert (words, upper) == ("'коваль':2 'їжак':1", "ЇЖАК")
    assert now.endswith("+00")


def test_it_listens_on_a_private_socket_alone(own_postgres: Postgres) -> None:
    with own_postgres.connect() as connection:
        shown = connection.execute("SHOW listen_addresses").fetchone()
    assert shown == ("",)
    assert own_postgres.sockets.stat().st_mode & 0o077 == 0
    assert own_postgres.data.stat().st_mode & 0o077 == 0


def test_a_killed_server_starts_again_with_what_was_committed(own_postgres: Postgres) -> None:
    with own_postgres.connect() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    os.kill(postmaster(own_postgres), signal.SIGKILL)
    again = Postgres(own_postgres.home, own_postgres.settings)
    again.start()
    try:
        with again.connect() as connection:
            assert connection.execute("TABLE kept").fetchone() == (1,)
    finally:
        again.stop()


def test_a_server_left_running_is_ended_first(own_postgres: Postgres) -> None:
    left = postmaster(own_postgres)
    again = Postgres(own_postgres.home, own_postgres.settings)
    again.start()
    try:
        assert postmaster(again) != left
        assert own_postgres.running is False
    finally:
        again.stop()


def test_a_stale_number_of_another_process_does_no_harm(own_postgres: Postgres) -> None:
    own_postgres.stop()
    with subprocess.Popen(["sleep", "60"]) as other:
        (own_postgres.data / "postmaster.pid").write_text(f"{other.pid}\n{own_postgres.data}\n")
        own_postgres.start()
        assert other.poll() is None
        other.kill()
    assert own_postgres.answers()


def test_it_does_not_outlive_whoever_started_it() -> None:
    with scratch_folder() as folder:
        script = (
            "import os, signal; from pathlib import Path; from app.local.embedded import Postgres, Valkey\n"
            f"home = Path('{folder}'); Postgres(home / 'postgres', {TEST_SETTINGS}).start()\n"
            "Valkey(home / 'valkey').start(); os.kill(os.getpid(), signal.SIGKILL)"
        )
        assert subprocess.run([sys.executable, "-c", script], cwd=PROJECT).returncode == -signal.SIGKILL
        left = (Postgres(folder / "postgres"), Valkey(folder / "valkey"))
        deadline = time.monotonic() + 20
        while any(server.answers() for server in left):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_long_path_gets_short_sockets() -> None:
    with scratch_folder() as folder:
        server = Postgres(folder / ("long" * 30) / "postgres", TEST_SETTINGS)
        server.start()
        try:
            assert len(str(server.sockets)) < 60
            with server.connect(ADMIN) as connection:
                assert connection.execute("SELECT 1").fetchone() == (1,)
        finally:
            server.stop()
            server.sockets.rmdir()


def test_a_start_that_fails_says_why_in_one_line(own_postgres: Postgres) -> None:
    own_postgres.stop()
    with pytest.raises(LocalError, match=r"PostgreSQL did not start: .*work_mem.*log") as failed:
        Postgres(own_postgres.home, {"work_mem": "nonsense"}).start()
    assert "\n" not in str(failed.value)


def test_valkey_keeps_what_it_took() -> None:
    with scratch_folder() as folder:
        for taken in (0, 1):
            server = Valkey(folder / "valkey")
            server.start()
            try:
                client = redis.Redis.from_url(server.url)
                assert client.llen("queue") == taken
                assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
                client.rpush("queue", "job")
                client.close()
            finally:
                server.stop()


def postmaster(server: Postgres) -> int:
    return int((server.data / "postmaster.pid").read_text().splitlines()[0])
