"""The command that proves the audit logs, business by business."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from app.audit_check import check_chain
from app.businesses.queries import every_business
from app.db import unit_of_work
from app.scope import Scope

group = AppGroup("audit", help="The audit log: proved to be whole.")


@group.command("check")
def check() -> None:
    """Walk the chain of every business; exit 1 and the lines where one breaks, if any."""
    businesses, broken = every_business(), 0
    for each in businesses:
        with unit_of_work(Scope(each)):
            found = check_chain()
            lost = found.broken_line
        if lost is not None:
            broken += 1
            click.echo(f"Business {each}: broken at line {lost}.")
    click.echo(f"Audit logs of {len(businesses)} businesses: {broken or 'none'} broken.")
    sys.exit(bool(broken))
