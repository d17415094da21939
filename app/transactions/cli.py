"""Commands over who bought which good, business by business."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from app.businesses.queries import every_business
from app.db import unit_of_work
from app.scope import Scope
from app.transactions import bought

group = AppGroup("bought", help="Who bought which good: proved against the lines of sales, and mended.")


@group.command("check")
def check() -> None:
    """Compare what is kept with the sales; exit 1 when they differ."""
    wrong = 0
    for each in every_business():
        with unit_of_work(Scope(each)):
            found = bought.differences()
        wrong += found
        click.echo(f"Business {each}: {found} rows differ from the sales.")
    sys.exit(bool(wrong))


@group.command("rebuild")
def rebuild() -> None:
    """Make it anew from the sales."""
    for each in every_business():
        with unit_of_work(Scope(each)):
            mended = bought.rebuild()
        click.echo(f"Business {each}: {mended} rows were mended.")
