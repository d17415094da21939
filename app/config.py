"""Configuration from the environment, checked once at start: a wrong value gives one clear line."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from app.gateway_config import GatewayConfig, variable
from app.local.paths import data_dir

ENVIRONMENTS = ("development", "test", "production")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
LONGEST_PUBLIC_URL = 36
"""With it the links in messages have at most 60 characters."""


class ConfigError(Exception):
    """A setting that the application cannot start with. Its text is the one line to print."""


@dataclass(frozen=True)
class Config:
    environment: str
    host: str
    port: int
    database_url: str
    migration_database_url: str
    loader_database_url: str
    redis_url: str
    secret_key: str
    data: Path
    demo_password: str
    log_level: str
    proxies: int
    """How many proxies in front set X-Forwarded-For and X-Forwarded-Proto."""
    gateways: GatewayConfig = field(default_factory=GatewayConfig)
    api_calls: int = 1200
    """How many calls a key of the API may make in a minute (AP-1)."""
    public_address: str = ""
    """How customers reach it, such as https://kvr.ua; it begins the links in messages, so a short one costs less."""

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def public_url(self) -> str:
        return self.public_address or f"http://{self.host}:{self.port}"

    @property
    def app_role(self) -> str:
        """The name of the database role that the application works as."""
        return urlsplit(self.database_url).username or "regulars_app"

    @property
    def doubts(self) -> list[str]:
        """What it can be started with, and hardly anyone wants, in a line each."""
        missing = [variable(channel) for channel in self.gateways.unsaid]
        nothing_leaves = (
            f"Not set: {', '.join(missing)}. Messages there wait, and leave by nothing, until it is said how."
        )
        one_address = "PROXIES is 0 and PUBLIC_URL is https: the proxy's address would be taken for everybody's."
        return [nothing_leaves] * bool(missing) + [one_address] * (not self.proxies and self.encrypted)

    @property
    def encrypted(self) -> bool:
        """Whether customers reach it by HTTPS, which a proxy in front speaks."""
        return self.public_address.startswith("https:")

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Config:
        """Reads and checks every setting. Raises ConfigError on the first wrong one."""
        environment = _one_of(environ, "REGULARS_ENV", ENVIRONMENTS, "development")
        database_url = _url(environ, "DATABASE_URL", ("postgresql", "postgresql+psycopg"))
        config = cls(
            environment=environment,
            host=environ.get("HOST") or "127.0.0.1",
            port=_port(environ.get("PORT") or "8000"),
            database_url=_with_driver(database_url),
            migration_database_url=_with_driver(
                _url(environ, "MIGRATION_DATABASE_URL", ("postgresql", "postgresql+psycopg"))
            ),
            loader_database_url=_with_driver(
                _url(environ, "LOADER_DATABASE_URL", ("postgresql", "postgresql+psycopg"))
            ),
            redis_url=_url(environ, "REDIS_URL", ("redis", "rediss", "unix")),
            secret_key=_secret(environ.get("SECRET_KEY", ""), environment),
            data=data_dir(environ),
            demo_password=_demo_password(environ, environment),
            log_level=_one_of(environ, "LOG_LEVEL", LOG_LEVELS, "INFO"),
            proxies=_count(environ, "PROXIES"),
            gateways=_gateways(environ, environment),
            api_calls=_number(environ, "API_CALLS", 1200),
            public_address=_public_url(environ, environment),
        )
        # The embedded ones are for a single machine's try, and a web server alone has none.
        if config.production and not (config.database_url and config.redis_url):
            raise ConfigError("In production DATABASE_URL and REDIS_URL must be given.")
        return config


def _one_of(environ: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
    value = environ.get(name) or default
    if value not in allowed:
        raise ConfigError(f"{name} is {value!r}; it must be one of {', '.join(allowed)}.")
    return value


def _gateways(environ: Mapping[str, str], environment: str) -> GatewayConfig:
    try:
        return GatewayConfig.from_environ(environ, production=environment == "production")
    except ValueError as error:
        raise ConfigError(str(error)) from None


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise ConfigError(f"PORT is {text!r}; it must be a number from 1 to 65535.")
    return int(text)


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 1_000_000:
        raise ConfigError(f"{name} is {text!r}; it must be a number from 1 to 1000000.")
    return int(text)


def _count(environ: Mapping[str, str], name: str) -> int:
    text = environ.get(name) or "0"
    if text not in {"0", "1", "2", "3"}:
        raise ConfigError(f"{name} is {text!r}; it must be a number from 0 to 3.")
    return int(text)


def _url(environ: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    value = environ.get(name, "")
    if value and (urlsplit(value).scheme not in schemes or "//" not in value):
        raise ConfigError(f"{name} is not an address of the form {schemes[0]}://…")
    return value


def _public_url(environ: Mapping[str, str], environment: str) -> str:
    """Whole, but for the slash at its end: links in messages go out to people, so in production it must be named."""
    value = _url(environ, "PUBLIC_URL", ("https", "http")).rstrip("/")
    if environment == "production" and not value:
        raise ConfigError("PUBLIC_URL is missing: it is how customers reach the links in their messages.")
    # On one machine nobody listens in.
    if environment == "production" and urlsplit(value).scheme == "http" and urlsplit(value).hostname not in LOOPBACK:
        raise ConfigError("PUBLIC_URL is http://: in production passwords and customers' data go by https:// alone.")
    if len(value) > LONGEST_PUBLIC_URL:
        raise ConfigError(f"PUBLIC_URL is longer than {LONGEST_PUBLIC_URL} characters: each SMS with a link pays it.")
    return value


def _with_driver(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def _secret(value: str, environment: str) -> str:
    if environment == "production" and len(value) < 32:
        raise ConfigError("SECRET_KEY is missing or shorter than 32 characters.")
    return value or secrets.token_urlsafe(48)


def _demo_password(environ: Mapping[str, str], environment: str) -> str:
    if environment == "production" and environ.get("DEMO_PASSWORD"):
        raise ConfigError("DEMO_PASSWORD is refused in production: demonstration accounts do not exist there.")
    password = environ.get("DEMO_PASSWORD") or "regulars-demo"
    if not 12 <= len(password) <= 128:
        raise ConfigError("DEMO_PASSWORD must have 12 to 128 characters.")
    return password
