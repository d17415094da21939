"""Regulars: the business panel of a loyalty platform."""

from __future__ import annotations

import os

from flask import Flask

from app import models  # noqa: F401
from app.config import Config
from app.extensions import db, migrate


def create_app(config: Config | None = None) -> Flask:
    """The application, by the environment's configuration unless another is given. Raises ConfigError."""
    config = config or Config.from_environ(os.environ)
    app = Flask("app")
    app.config["REGULARS"] = config
    app.config["SQLALCHEMY_DATABASE_URI"] = config.database_url
    db.init_app(app)
    migrate.init_app(app, db)
    return app
