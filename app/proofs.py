"""Proofs over what is kept: rules as statements that find the rows that break them, and `flask check …` that tells."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import click
from flask.cli import AppGroup
from sqlalchemy import text

from app.db import business_id, unit_of_work
from app.extensions import db
from app.scope import Scope

SHOWN = 20
"""Differences of a kind that are told one by one; of the rest only the number."""

group = AppGroup("check", help="Proofs over what is kept.")


@dataclass(frozen=True)
class Fault:
    """A rule that rows of this business break: how many, and the first of them in words."""

    rule: str
    number: int
    first: list[str]


def broken(checks: Mapping[str, str], patience: int = 0, **values: object) -> list[Fault]:
    """What is wrong in this business: `checks` are rules with statements that find differences, as words for people.

    Each may take `patience` milliseconds, 0 for as long as it likes.
    """
    db.session.execute(text(f"SET LOCAL statement_timeout = {patience:d}"))
    db.session.execute(text("SET LOCAL work_mem = '256MB'"))
    # Whole tables meet here: row by row it would take hours, and the planner cannot know how few rows will differ.
    db.session.execute(text("SET LOCAL enable_nestloop = off"))
    # Each is one statement, so it sees one moment, and a sale that comes in between is never half seen.
    found = [_fault(rule, statement, values) for rule, statement in checks.items()]
    return [fault for fault in found if fault.number]


def prove(what: str, businesses: Sequence[int], faults: Callable[[], list[Fault]]) -> None:
    """Tells what is wrong in each of the businesses, and ends the command: 1 when anything is."""
    wrong = 0
    for each in businesses:
        with unit_of_work(Scope(each)):
            found = faults()
        for fault in found:
            wrong += fault.number
            click.echo(f"Business {each}, {fault.rule}: {fault.number} differences.")
            for line in fault.first:
                click.echo(f"  {line}")
    click.echo(f"{what} of {len(businesses)} businesses: {wrong or 'no'} differences.")
    sys.exit(bool(wrong))


def _fault(rule: str, statement: str, values: Mapping[str, object]) -> Fault:
    counted = f"SELECT line, count(*) OVER () FROM ({statement}) found (line) LIMIT {SHOWN}"  # noqa: S608 - our own statements
    rows = db.session.execute(text(counted), {"business": business_id(), **values}).all()
    return Fault(rule, rows[0][1] if rows else 0, [row[0] for row in rows])
