"""A command on the running default run: `python -m app.local.command psql …`, or `flask …`."""

import os
import sys

from app.config import Config, ConfigError
from app.local.embedded import DATABASE, OWNER, Postgres, Valkey
from app.local.environment import environment
from app.local.processes import LocalError


def main() -> None:
    try:
        config = Config.from_environ(os.environ)
        postgres = None if config.database_url else Postgres(config.data / "postgres")
        valkey = None if config.redis_url else Valkey(config.data / "valkey")
        if (postgres and not postgres.answers()) or (valkey and not valkey.answers()):
            raise LocalError("Regulars is not running. Start it by `make run`, then try again in another terminal.")
        name, *arguments = sys.argv[1:]
        command = psql(config, postgres) if name == "psql" else [sys.executable, "-m", name]
        os.execve(command[0], [*command, *arguments], environment(config, postgres, valkey))  # noqa: S606
    except (ConfigError, LocalError) as error:
        sys.exit(str(error))


def psql(config: Config, postgres: Postgres | None) -> list[str]:
    """psql as the owner of the embedded database, or on the given one."""
    if postgres:
        program = str(postgres.program("psql"))
        return [program, "-h", str(postgres.sockets), "-U", OWNER, "-d", DATABASE]
    url = config.migration_database_url or config.database_url
    program = str(Postgres(config.data / "postgres").program("psql"))
    return [program, url.replace("+psycopg", "", 1)]


if __name__ == "__main__":
    main()
