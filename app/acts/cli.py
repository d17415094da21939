"""Commands of support about acts: the platform's own side, corrections; and their proof (BI-4, BI-5)."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import BinaryIO

import click
from sqlalchemy import select

from app.acts.check import faults
from app.acts.models import Act, Jurisdiction
from app.acts.services import correct_charges, set_executor
from app.acts.services.issuing import NotReadyError
from app.billing.services import ReferenceTakenError
from app.businesses.queries import business_with_slug, every_business, own_business
from app.db import business_id, unit_of_work
from app.extensions import db
from app.lib import decimals
from app.lib.formats import precision
from app.lib.texts import has_control_characters, one_line
from app.proofs import group as check
from app.proofs import prove
from app.scope import Scope
from app.support import group

LONGEST_REFERENCE = 200
MOST = 10**12
"""In the smallest unit: what is more was mistyped."""


@group.command("executor")
@click.option("--jurisdiction", type=click.Choice([each.value for each in Jurisdiction]), required=True)
@click.option(
    "--from", "begins", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Acts of months that end then or later."
)
@click.option("--vat", help="Rate in percent, such as 20; left out when it pays none.")
@click.argument("file", type=click.File("rb"))
def executor(jurisdiction: str, begins: datetime, vat: str | None, file: BinaryIO) -> None:
    """Write down the platform's requisites in a jurisdiction out of FILE, a JSON of names and texts."""
    try:
        details = json.load(file)
        if not isinstance(details, dict) or not all(isinstance(text, str) for text in details.values()):
            raise ValueError("not an object of texts")
        rate = _rate(vat)
        with unit_of_work(Scope(None)):
            set_executor(Jurisdiction(jurisdiction), begins.date(), details, rate)
    except ValueError as error:
        raise click.ClickException(f"{file.name}: {error}.") from None
    click.echo(f"Acts of {jurisdiction} have these requisites from {begins:%Y-%m-%d} on.")


@group.command("correct-act", context_settings={"ignore_unknown_options": True})
@click.argument("amount")
@click.option("--business", required=True, help="The business's short name.")
@click.option("--act", "number", required=True, help="The number of the act that is corrected, such as 2026-0008.")
@click.option("--reference", required=True, help="What it is for, as the correction says it; serves once.")
def correct_act(amount: str, business: str, number: str, reference: str) -> None:
    """Give AMOUNT back for the month of an act (or charge it, when below zero), and issue its correction."""
    reference = one_line(reference)
    if not reference or len(reference) > LONGEST_REFERENCE or has_control_characters(reference):
        raise click.ClickException(f"The reference has 1 to {LONGEST_REFERENCE} characters that can be seen.")
    found = business_with_slug(business)
    if found is None:
        raise click.ClickException(f"There is no business with the short name {business}.")
    with unit_of_work(Scope(found)):
        try:
            made = correct_charges(_act(number), _amount(amount), reference)
        except ReferenceTakenError:
            raise click.ClickException(f"“{reference}” was booked before. Nothing was booked now.") from None
        except NotReadyError:
            raise click.ClickException("The requisites of one side are missing.") from None
        click.echo(f"Act {made.words} corrects {number}.")


@check.command("acts")
def acts() -> None:
    """Acts = charges, no gap in a series, every file as it was; exit 1 and the differences, if any."""
    prove("Acts", every_business(), faults)


def _rate(vat: str | None) -> int | None:
    if vat is None:
        return None
    try:
        rate = Decimal(vat) * 100
    except InvalidOperation:
        raise ValueError(f"“{vat}” is no percentage") from None
    if rate != int(rate) or not 0 <= rate <= 10_000:
        raise ValueError(f"“{vat}” is no percentage from 0 to 100 with at most 2 digits behind the point")
    return int(rate)


def _act(number: str) -> Act:
    year, _, place = number.partition("-")
    mine = select(Act).where(Act.business_id == business_id())
    if year.isdigit() and place.isdigit() and len(number) < 12:
        found: Act | None = db.session.scalars(mine.where(Act.year == int(year), Act.number == int(place))).first()
        if found:
            return found
    raise click.ClickException(f"There is no act {number}.")


def _amount(typed: str) -> int:
    """In the smallest unit. Raises ClickException."""
    digits = precision(own_business().currency)
    try:
        value, rest = divmod(decimals.parse(typed.strip(), "en"), 10 ** (decimals.DIGITS - digits))
    except ValueError:
        value, rest = 0, 1
    if rest or not value or abs(value) > MOST:
        raise click.ClickException(f"“{typed}” is no amount in {own_business().currency}, such as 169.60.")
    return value
