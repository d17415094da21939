"""What production is started with: what is refused in one line, and what is only doubted."""

from __future__ import annotations

from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from app import gunicorn_conf
from app.config import Config, ConfigError

PRODUCTION = {
    "REGULARS_ENV": "production",
    "SECRET_KEY": "s" * 32,
    "DATABASE_URL": "postgresql://regulars_app@db.example.com/regulars",
    "REDIS_URL": "redis://redis.example.com",
    "PUBLIC_URL": "https://kvr.ua",
    "PROXIES": "1",
}
SAID = {f"GATEWAY_{channel}": "simulator" for channel in ("SMS", "EMAIL", "PUSH", "VIBER")}


def test_in_production_people_reach_it_by_https_alone() -> None:
    for url in ("http://kvr.ua", "http://127.0.0.1.kvr.ua"):
        with pytest.raises(ConfigError, match="PUBLIC_URL is http://: in production"):
            Config.from_environ(PRODUCTION | {"PUBLIC_URL": url})
    for url in ("http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"):
        assert Config.from_environ(PRODUCTION | {"PUBLIC_URL": url}).public_url == url
    assert Config.from_environ({"PUBLIC_URL": "http://kvr.ua"}).public_url == "http://kvr.ua"


def test_a_proxy_that_is_not_counted_is_doubted_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everyone would have the proxy's address, and cookies would go unencrypted."""
    assert Config.from_environ(PRODUCTION | SAID).doubts == []
    config = Config.from_environ(PRODUCTION | SAID | {"PROXIES": "0"})
    assert [each.partition(":")[0] for each in config.doubts] == ["PROXIES is 0 and PUBLIC_URL is https"]
    monkeypatch.setattr(gunicorn_conf, "_config", config)
    server = SimpleNamespace(log=Mock())
    gunicorn_conf.on_starting(server)
    server.log.warning.assert_called_once_with(config.doubts[0])
