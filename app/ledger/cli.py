"""The command that proves the ledger, business by business."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from app.businesses.queries import every_business
from app.db import unit_of_work
from app.ledger.check import faults
from app.scope import Scope

group = AppGroup("check", help="Proofs over what is kept.")


@group.command("ledger")
def ledger() -> None:
    """Balance = sum of entries = sum of lots, everywhere; exit 1 and the differences, if any."""
    wrong = 0
    businesses = every_business()
    for each in businesses:
        with unit_of_work(Scope(each)):
            found = faults()
        for fault in found:
            wrong += fault.number
            click.echo(f"Business {each}, {fault.rule}: {fault.number} differences.")
            for line in fault.first:
                click.echo(f"  {line}")
    click.echo(f"Ledger of {len(businesses)} businesses: {wrong or 'no'} differences.")
    sys.exit(bool(wrong))
