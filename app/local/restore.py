"""The embedded database as it was last packed away: `python -m app.local.restore [--until MOMENT]`.

What was there stays beside it, under another name, until a person removes it.
"""

import argparse
import os
import shutil
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from app.config import Config, ConfigError
from app.local import processes
from app.local.backup import STAMP, Backups, folder_of
from app.local.embedded import RECOVERY, Postgres
from app.local.lock import locked
from app.local.processes import LocalError


def restore(
    postgres: Postgres, backups: Backups, data: Path, until: datetime | None = None
) -> tuple[Path, Path | None]:
    """Has the server's data be the newest base with all of the log since, or up to a moment; it is left running.

    Answers with the base, and where what was there before is kept. Raises LocalError.
    """
    base = base_for(backups, until)
    postgres.prepare()
    part = postgres.home / "data.part"
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(base, part, symlinks=True)
    give_to_server(part)
    with (part / "postgresql.auto.conf").open("a") as settings:
        settings.write(
            "".join(f"{name} = {_quoted(value)}\n" for name, value in recovery(backups, base, until).items())
        )
    (part / "recovery.signal").touch()
    give_to_server(part)
    # What it has been made by may be older than this project is by now.
    (postgres.home / "prepared").unlink(missing_ok=True)
    # Last of all: a copy that fails, as on a full disk, leaves what was there in its place.
    before = put_aside(postgres)
    part.rename(postgres.data)
    # Before the log is read, which may take long and be cut off: any later start goes on with it, and needs them.
    for each in backups.keys.glob("*"):
        bring_key_back(each, data / each.name)
    postgres.start()
    return base, before


def base_for(backups: Backups, until: datetime | None) -> Path:
    """The newest base, or the newest that was whole before the moment."""
    fitting = [each for each in backups.newest_first if until is None or made_at(each) < until]
    if not fitting:
        raise LocalError(f"There is no backup{' of so long ago' if until else ''} in {backups.folder}.")
    return fitting[0]


def made_at(base: Path) -> datetime:
    """When it was whole: it can be brought to no earlier moment."""
    return datetime.strptime(base.name, STAMP).replace(tzinfo=UTC)


def put_aside(postgres: Postgres) -> Path | None:
    if not postgres.data.exists():
        return None
    kept = postgres.home / f"data-before-{datetime.now(UTC).strftime(STAMP)}"
    postgres.data.rename(kept)
    return kept


def bring_key_back(saved: Path, key: Path) -> None:
    """What is kept encrypted is read by the key that it was written with, not by one that a run made since."""
    if key.exists():
        if key.read_bytes() == saved.read_bytes():
            return
        key.rename(key.with_name(f"{key.name}-before-{datetime.now(UTC).strftime(STAMP)}"))
    shutil.copy2(saved, key)


def give_to_server(folder: Path) -> None:
    """Readable by the servers' user alone, who runs it."""
    folder.chmod(0o700)
    if user := processes.server_user():
        for each in (folder, *folder.rglob("*")):
            shutil.chown(each, user, user)


def recovery(backups: Backups, base: Path, until: datetime | None) -> dict[str, str]:
    # Nobody is let in before all of the log is read: until then nothing can be written.
    values = ("off", backups.unpacking(base), "promote", until.isoformat() if until else "")
    return {name: value for name, value in zip(RECOVERY, values, strict=True) if value}


def _quoted(value: str) -> str:
    doubled = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{doubled}'"


def main() -> None:
    asked = argparse.ArgumentParser(prog="make restore", description="Bring the last backup back.")
    asked.add_argument("--until", type=_moment, help="a moment with its zone, such as 2026-11-29T10:00:00+02:00")
    until = asked.parse_args().until
    try:
        config = Config.from_environ(os.environ)
        if config.database_url:
            raise LocalError("DATABASE_URL names a server of your own: docs/backups.md says how it is restored.")
        postgres, began = Postgres(config.data / "postgres"), time.monotonic()
        with locked(config.data, "make restore"):
            base, before = restore(postgres, Backups(folder_of(config)), config.data, until)
            postgres.stop()
    except (ConfigError, LocalError) as error:
        sys.exit(str(error))
    kept = f"What was there before is kept in {before}.\n" if before else ""
    sys.stdout.write(
        f"{base.name} and the log since are back, in {time.monotonic() - began:.0f} s. {kept}"
        "Start it by `make run`, and prove it: make check-ledger.\n"
    )


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError("say the zone too")
    return found


if __name__ == "__main__":
    main()
