"""The environment that tells every process of the default run where the others are."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from app.config import Config
from app.lib.push_keys import make_keys
from app.local.embedded import APP, LOADER, OWNER, Postgres, Valkey


def environment(config: Config, postgres: Postgres | None, valkey: Valkey | None) -> dict[str, str]:
    """The present environment with the addresses of the embedded servers, and keys that outlive the run."""
    env = {**os.environ, "REGULARS_DATA": str(config.data), "PYTHONUNBUFFERED": "1"}
    if not env.get("SECRET_KEY"):
        env["SECRET_KEY"] = secret_key(config.data / "secret_key")
    if not config.production and not env.get("VAPID_PRIVATE_KEY"):
        env["VAPID_PRIVATE_KEY"] = kept(config.data / "push_key", lambda: make_keys()[0])
        env["VAPID_SUBJECT"] = "mailto:regulars@example.com"
    if postgres:
        env["DATABASE_URL"] = postgres.url(APP)
        env["MIGRATION_DATABASE_URL"] = postgres.url(OWNER)
        env["LOADER_DATABASE_URL"] = postgres.url(LOADER)
    if valkey:
        env["REDIS_URL"] = valkey.url
    return env


def without_owner(env: dict[str, str]) -> dict[str, str]:
    """The same for what serves, which has no business with the database's owner."""
    owners = {"MIGRATION_DATABASE_URL", "LOADER_DATABASE_URL"}
    return {key: value for key, value in env.items() if key not in owners}


def secret_key(path: Path) -> str:
    """The key that signs cookies."""
    return kept(path, lambda: secrets.token_urlsafe(48))


def kept(path: Path, make: Callable[[], str]) -> str:
    """A secret that is made once, readable by its owner alone."""
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(make())
    return path.read_text()
