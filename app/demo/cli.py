"""Commands that fill the database with demonstration data; refused in production."""

from __future__ import annotations

import time
from datetime import date, datetime

import click
from flask import current_app
from flask.cli import AppGroup
from psycopg.errors import UniqueViolation

from app.config import Config
from app.demo import completejourney, plans
from app.demo.calendar import end_of
from app.demo.ensuring import ensure
from app.demo.generating import generate
from app.demo.groceries import NotInstalledError

group = AppGroup("demo", help="Demonstration data: generated, or real purchases of made-up people.")


@group.command("generate")
@click.option("--customers", type=click.IntRange(1, 10_000_000), default=1_000_000, show_default=True)
@click.option("--transactions", type=click.IntRange(0, 100_000_000), default=10_000_000, show_default=True)
@click.option("--business", default="Standard", show_default=True, help="The name of the business to make.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed and end make the same rows.")
@click.option("--small-businesses", type=click.IntRange(0, 10_000), default=0, help="Small businesses beside it.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day; by default until now.")
def generate_command(
    customers: int, transactions: int, business: str, seed: int, small_businesses: int, until: datetime | None
) -> None:
    """Make a business with customers and sales; credits come on top of the transactions asked for."""
    config = allowed()
    began = time.monotonic()
    last: date | None = until.date() if until else None
    made = [plans.standard(business, customers, transactions, seed)]
    made += [plans.small(number, made[0].slug, seed) for number in range(small_businesses)]
    try:
        generate(config, made, end_of(last, made[0].zone))
    except UniqueViolation:
        raise click.ClickException(f"A business {made[0].slug} is there already; choose another --business.") from None
    click.echo(
        f"{business} and {small_businesses} small businesses: {sum(plan.customers for plan in made):,} customers,"
        f" {sum(plan.sales for plan in made):,} sales, {time.monotonic() - began:.0f} s."
    )


@group.command("ensure")
def ensure_command() -> None:
    """Make the demonstration businesses and accounts if there is no business yet."""
    config = allowed()
    began = time.monotonic()
    if ensure(config, end_of(None, "Europe/Kyiv")):
        click.echo(f"Made the demonstration businesses Kavalier and Teremok in {time.monotonic() - began:.0f} s.")


@group.command("completejourney")
def completejourney_command() -> None:
    """Make a business of real groceries, bought by households with made-up names."""
    config = allowed()
    began = time.monotonic()
    try:
        made = completejourney.load(config)
    except NotInstalledError as error:
        raise click.ClickException(str(error)) from None
    words = f"is made in {time.monotonic() - began:.0f} s" if made else "is there already"
    click.echo(f"The business Complete Journey {words}.")


def allowed() -> Config:
    """The configuration. Raises ClickException in production, or where no loader's role is known."""
    config: Config = current_app.config["REGULARS"]
    if config.production:
        raise click.ClickException("Demonstration data are not for production.")
    if not config.loader_database_url or not config.migration_database_url:
        raise click.ClickException("LOADER_DATABASE_URL and MIGRATION_DATABASE_URL must be set.")
    return config
