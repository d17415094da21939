"""Whether the process lives, and whether it can serve: for load balancers and the supervisor."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify
from redis import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.address import ANYTHING, takes
from app.db import autocommit_engine
from app.permissions import Permission, requires
from app.queue import connect

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@requires(Permission.PUBLIC)
@takes(ANYTHING)
def healthz() -> Response:
    return jsonify(status="ok")


@blueprint.get("/readyz")
@requires(Permission.PUBLIC)
@takes(ANYTHING)
def readyz() -> tuple[Response, int]:
    """200 when the database answers. Redis is told of, not required: PostgreSQL holds all truth."""
    database, redis = _database(), _redis()
    return jsonify(database=database, redis=redis), 200 if database == "ok" else 503


def _database() -> str:
    try:
        with autocommit_engine().connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return "away"
    return "ok"


def _redis() -> str:
    try:
        connect(current_app.config["REGULARS"].redis_url).ping()
    except (RedisError, ValueError):
        return "away"
    return "ok"
