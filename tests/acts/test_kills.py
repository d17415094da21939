"""A month of many businesses closed by two workers that are killed at any moment (BI-4; RELIABILITY: bulk work)."""

from __future__ import annotations

import os
import random
import signal
import time
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.acts import printing
from app.acts.check import faults
from app.acts.models import Act, ActFile, Jurisdiction
from app.acts.queries import due_businesses
from app.acts.services import keep_requisites, work
from app.extensions import db
from app.lib import dates
from tests.acts.papers import CUSTOMERS, add_tariff, write_executor
from tests.people import Shop, Town, open_shop


@pytest.mark.parametrize(
    ("shops", "kills"),
    [(3, 3), pytest.param(12, 20, marks=pytest.mark.long), pytest.param(60, 200, marks=pytest.mark.faults)],
)
def test_killed_at_any_moment_no_gap_and_no_double(app: Flask, town: Town, shops: int, kills: int) -> None:
    """BI-4: what was begun is whole or not there, and the next worker goes on."""
    assert printing.VARIANT  # loaded once, for all the workers
    every = closing(app, shops)
    chance, killed = random.Random(shops), 0
    while due(app):
        workers = [fork(app, lane) for lane in (1, 2)]
        if killed < kills:
            time.sleep(chance.uniform(0.05, 1.2))
            for each in workers:
                os.kill(each, signal.SIGKILL)
        killed += sum(bool(os.waitpid(each, 0)[1]) for each in workers)
    assert killed >= min(kills, 2)
    for shop in every:
        with shop.work():
            assert faults() == []
            assert db.session.scalar(select(func.count()).select_from(Act)) == 2
            assert db.session.scalar(select(func.count()).select_from(ActFile)) == 2


def closing(app: Flask, number: int) -> list[Shop]:
    """Businesses with two months that are over."""
    with app.app_context():
        write_executor()
    every = [open_shop(app, f"Shop {place}".replace(" ", "-"), ("A", "B")) for place in range(number)]
    this_month = dates.now().replace(day=1, hour=12)
    first = (this_month - timedelta(days=45)).replace(day=1)
    for shop in every:
        with shop.work():
            keep_requisites(Jurisdiction.UA, "uk", CUSTOMERS[Jurisdiction.UA])
            add_tariff(first, (99_000, 12, 79, 45))
    return every


def due(app: Flask) -> list[int]:
    with app.app_context():
        return due_businesses()


def fork(app: Flask, lane: int) -> int:
    """A worker in a process of its own; answers with its id."""
    child = os.fork()
    if child:
        return child
    try:
        with app.app_context():
            db.engine.dispose(close=False)
            work(lane, lambda: False)
    finally:
        os._exit(0)
