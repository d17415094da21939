"""Commands over the figures of customers, business by business."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from app.businesses.queries import every_business
from app.customers import stats
from app.customers.services import duplicates
from app.db import unit_of_work
from app.scope import Scope

group = AppGroup("stats", help="Figures of customers by scope: proved against the transactions, and mended.")

duplicates_group = AppGroup("duplicates", help="Records of customers that may be one person.")


@group.command("check")
@click.option("--business", type=int, help="The id of one business; all by default.")
def check(business: int | None) -> None:
    """Compare the kept figures with the transactions; exit 1 when they differ."""
    wrong = 0
    for each in _chosen(business):
        with unit_of_work(Scope(each)):
            found = stats.differences()
        wrong += found.number
        for row in found.first:
            click.echo(f"Business {each}, scope {row.scope_id}, customer {row.customer_id}:")
            click.echo(f"  kept {row.kept}, rebuilt {row.rebuilt}")
    click.echo(f"{wrong} rows of figures differ from the transactions.")
    sys.exit(bool(wrong))


@group.command("rebuild")
@click.option("--business", type=int, help="The id of one business; all by default.")
def rebuild(business: int | None) -> None:
    """Make the figures anew from the transactions."""
    for each in _chosen(business):
        with unit_of_work(Scope(each)):
            mended = stats.rebuild()
        click.echo(f"Business {each}: {mended} rows of figures were mended.")


@duplicates_group.command("find")
@click.option("--business", type=int, help="The id of one business; all by default.")
def find(business: int | None) -> None:
    """Look over all customers for records that may be one person."""
    for each in _chosen(business):
        with unit_of_work(Scope(each)):
            duplicates.find_duplicates()


def _chosen(business: int | None) -> list[int]:
    every = every_business()
    if business is None:
        return every
    if business not in every:
        raise click.ClickException(f"There is no business {business}.")
    return [business]
