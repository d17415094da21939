"""Throw the embedded databases away: `python -m app.local.reset`. The next run begins with a new one."""

import shutil
import sys

from app.local.embedded import Postgres, Valkey
from app.local.lock import locked
from app.local.paths import data_dir
from app.local.processes import LocalError


def main() -> None:
    data = data_dir()
    try:
        with locked(data, "make reset"):
            for server in (Postgres(data / "postgres"), Valkey(data / "valkey")):
                server.end_leftovers()
                shutil.rmtree(server.home, ignore_errors=True)
    except LocalError as error:
        sys.exit(f"{error} Stop it first.")
    sys.stdout.write("The embedded database is gone; the next `make run` makes a new one.\n")


if __name__ == "__main__":
    main()
