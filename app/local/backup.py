"""A copy of the embedded database, and from the first one on its log as well: `python -m app.local.backup [--stop]`.

A base is whole by itself. PostgreSQL packs each finished piece of its log beside it, at least every half minute while
anything is written, so that `python -m app.local.restore` loses less than a minute, whenever the last base was made.
"""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from psycopg import sql

from app.config import Config, ConfigError
from app.local import processes
from app.local.embedded import ADMIN, PACK_NOTHING, Postgres
from app.local.processes import LocalError

KEPT = 2
"""Bases that are kept, with all of the log since the older one."""
PACKED_EVERY = "30s"
_FAILS = """
    SELECT coalesce(last_archived_time, last_failed_time),
        (SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready')
            * pg_size_bytes(current_setting('wal_segment_size')) / 1048576
    FROM pg_stat_archiver WHERE last_failed_time > coalesce(last_archived_time, '-infinity')
"""
STAMP = "%Y-%m-%dT%H-%M-%SZ"
KEYS = "*_key"
"""Files of the data folder without which parts of the database cannot be read, such as what is kept encrypted."""


class Backups:
    """A folder of bases, packed log and keys, closed to everyone but the servers' user and root."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.bases, self.log, self.keys = (self.folder / name for name in ("bases", "log", "keys"))

    @property
    def newest_first(self) -> list[Path]:
        """The bases that are whole."""
        return sorted((each for each in self.bases.glob("*Z") if each.is_dir()), reverse=True)

    def prepare(self) -> None:
        processes.check_reachable(self.folder.parent)
        for each in (self.folder, self.bases, self.log):
            processes.own_folder(each)
        self.keys.mkdir(mode=0o700, exist_ok=True)

    def packing(self, cluster: int) -> str:
        """What PostgreSQL runs for each finished piece of its log; asked again after a crash, it finds it done.

        Each cluster has a folder, as one that was made anew calls its pieces as the one before did.
        """
        processes.own_folder(self.log / str(cluster))
        packed = self._of_piece(cluster)
        done = f"gzip -dc {packed} | cmp -s - %p"
        pack = f"gzip -1 -c %p > {packed}.part && sync {packed}.part && mv {packed}.part {packed}"
        return f"if test -e {packed}; then {done}; else {pack}; fi"

    def unpacking(self, base: Path) -> str:
        """The way back, for the cluster that a base is of."""
        packed = self._of_piece(cluster_of(base))
        return f"test -e {packed} && gzip -dc {packed} > %p"

    def _of_piece(self, cluster: int) -> str:
        return f"{shlex.quote(str(self.log / str(cluster))).replace('%', '%%')}/%f.gz"


def cluster_of(base: Path) -> int:
    """The number that PostgreSQL gave the cluster as it made it."""
    return int(json.loads((base / "backup_manifest").read_text())["System-Identifier"])


def folder_of(config: Config) -> Path:
    """Where backups lie: REGULARS_BACKUPS, best on another disk, else in the data folder."""
    given = os.environ.get("REGULARS_BACKUPS")
    return Path(given).expanduser() if given else config.data / "backups"


def take(postgres: Postgres, backups: Backups, data: Path) -> Path:
    """Makes a base of the running server, proves it, and forgets the oldest. Raises LocalError."""
    backups.prepare()
    pack_log(postgres, backups)
    part = backups.bases / "new.part"
    for left in backups.bases.glob("*.part"):
        shutil.rmtree(left)
    arguments: list[str | Path] = [
        "-h",
        postgres.sockets,
        "-U",
        ADMIN,
        "-D",
        part,
        "--wal-method=stream",
        "--checkpoint=fast",
    ]
    run(postgres, "pg_basebackup", *arguments)
    run(postgres, "pg_verifybackup", "--quiet", part)
    # Named when it is done: what it is brought to by the log lies later.
    base = part.rename(backups.bases / datetime.now(UTC).strftime(STAMP))
    for each in data.glob(KEYS):
        shutil.copy2(each, backups.keys / each.name)
    forget_old(postgres, backups)
    return base


def pack_log(postgres: Postgres, backups: Backups) -> None:
    """From now on finished pieces of the log go into the folder, whatever run wrote them."""
    with postgres.connect() as connection:
        shown = connection.execute("SHOW archive_mode").fetchone()
        if shown != ("on",):
            raise LocalError("This database was started before there were backups. Stop it and start it again.")
        row = connection.execute("SELECT system_identifier FROM pg_control_system()").fetchone()
    _pack(postgres, backups.packing(row[0] if row else 0), PACKED_EVERY)


def stop_packing(postgres: Postgres) -> None:
    """What waits to be packed is thrown away, and frees its room; the bases and the log so far stay."""
    _pack(postgres, PACK_NOTHING, "0")


def _pack(postgres: Postgres, command: str, every: str) -> None:
    with postgres.connect() as connection:
        for name, value in (("archive_command", command), ("archive_timeout", every)):
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))
        connection.execute("SELECT pg_reload_conf()")


def packing_fails(postgres: Postgres) -> str:
    """That the log cannot be packed, in a line for people; '' while it can. What waits fills the database's disk."""
    with postgres.connect() as connection:
        row = connection.execute(_FAILS).fetchone()
    if row is None:
        return ""
    return (
        f"The backup gets nothing since {row[0]:%Y-%m-%d %H:%M:%S} UTC, as when its disk is away or full: {row[1]} MB"
        " of the log wait on the database's disk, and fill it. Mend that, or give packing up: make backup ARGS=--stop"
    )


def forget_old(postgres: Postgres, backups: Backups) -> None:
    """Removes bases beyond those that are kept, and the log that no kept one begins before."""
    for old in backups.newest_first[KEPT:]:
        shutil.rmtree(old)
    oldest = {cluster_of(base): base for base in backups.newest_first}
    for log in backups.log.iterdir():
        if (base := oldest.get(int(log.name))) is None:
            shutil.rmtree(log)
        else:
            run(postgres, "pg_archivecleanup", "-x", ".gz", log, first_piece(base))


def first_piece(base: Path) -> str:
    """Of the log, without which the base is of no use."""
    label = (base / "backup_label").read_text().splitlines()
    return next(line for line in label if line.startswith("START WAL")).rpartition("file ")[2].rstrip(")")


def run(postgres: Postgres, program: str, *arguments: str | Path) -> None:
    """A program of PostgreSQL's own, as the servers' user. Raises LocalError with its last words."""
    user, command = processes.server_user(), [postgres.program(program), *arguments]
    done = subprocess.run(command, user=user, group=user, cwd="/", capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise LocalError(f"{program} failed: {(done.stderr.strip().splitlines() or ['it said nothing'])[-1]}")


def size_of(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())


def main() -> None:
    asked = argparse.ArgumentParser(prog="make backup", description="Back the running database up.")
    asked.add_argument("--stop", action="store_true", help="pack no more of the log; the backups so far stay")
    stops = asked.parse_args().stop
    try:
        config = Config.from_environ(os.environ)
        if config.database_url:
            raise LocalError("DATABASE_URL names a server of your own: docs/backups.md says how it is backed up.")
        postgres, backups = Postgres(config.data / "postgres"), Backups(folder_of(config))
        if not postgres.answers():
            raise LocalError("Regulars is not running. Start it by `make run`, then try again in another terminal.")
        if stops:
            stop_packing(postgres)
            sys.stdout.write("The log is packed no more, until the next `make backup`. The backups so far stay.\n")
        else:
            back_up(postgres, backups, config.data)
    except (ConfigError, LocalError) as error:
        sys.exit(str(error))


def back_up(postgres: Postgres, backups: Backups, data: Path) -> None:
    """Makes a base and says so. Raises LocalError."""
    began = time.monotonic()
    base = take(postgres, backups, data)
    sys.stdout.write(
        f"{base} is whole: {size_of(base) / 2**20:,.0f} MB in {time.monotonic() - began:.0f} s.\n"
        f"What is written from now on goes to {backups.log}, at least every half minute.\n"
        "`make restore` brings it back.\n"
    )


if __name__ == "__main__":
    main()
