"""A database with small generated businesses, made once for the tests that only read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest
from flask import Flask

from app import create_app
from app.config import Config
from app.demo import loading
from app.demo.generating import generate
from app.demo.plans import BusinessPlan, kavalier, small
from app.extensions import db
from app.local.embedded import Postgres
from tests.conftest import TEMPLATE, config_for

UNTIL = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
PLANS = [
    replace(kavalier(300, 3000, seed=1), slug="first"),
    replace(kavalier(300, 6000, seed=2), slug="second"),
    # Three points wallets and hundredths of points.
    replace(small(0, "third", seed=3), slug="third", customers=2100, sales=2000),
]


@pytest.fixture(scope="package")
def generated(postgres: Postgres) -> Iterator[Flask]:
    """The application over the businesses of PLANS."""
    config = make_database(postgres, "generated", PLANS)
    app = create_app(config)
    yield app
    with app.app_context():
        db.engine.dispose()
    postgres.drop_database("generated")


@pytest.fixture
def rows(generated: Flask) -> Iterator[psycopg.Connection]:
    """A connection that sees every business."""
    config: Config = generated.config["REGULARS"]
    with loading.connect(config.loader_database_url) as connection:
        yield connection


def make_database(postgres: Postgres, name: str, plans: list[BusinessPlan]) -> Config:
    postgres.create_database(name, TEMPLATE)
    config = config_for(postgres, name)
    generate(config, plans, UNTIL)
    return config
