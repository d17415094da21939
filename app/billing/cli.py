"""Commands of support about money: tariffs, what is paid in, corrections; and the proof of the charges (BI-1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import click

from app.billing.check import faults
from app.billing.services import Prices, ReferenceTakenError, correct, set_tariff, top_up
from app.businesses.queries import business_with_slug, every_business, own_business
from app.db import unit_of_work
from app.lib import decimals
from app.lib.formats import precision
from app.lib.texts import has_control_characters, one_line
from app.proofs import group as check
from app.proofs import prove
from app.scope import Scope
from app.support import group

MOST = 10**12
"""In the smallest unit: what is more was mistyped."""
LONGEST_REFERENCE = 200
# A number below zero is no option.
_NUMBERS = {"ignore_unknown_options": True}
_BUSINESS = click.option("--business", required=True, help="The business's short name.")
_REFERENCE = click.option("--reference", required=True, help="What it is for, such as the bank's number; serves once.")


@group.command("tariff", context_settings=_NUMBERS)
@_BUSINESS
@click.option("--from", "begins", type=click.DateTime(["%Y-%m-%d"]), help="The first day; at once when left out.")
@click.option("--monthly-fee", required=True)
@click.option("--transaction", required=True, help="Price of one, cancelled or not.")
@click.option("--sms", required=True, help="Price of a segment.")
@click.option("--viber", required=True, help="Price of a message.")
def tariff(business: str, begins: datetime | None, monthly_fee: str, transaction: str, sms: str, viber: str) -> None:
    """Give a business new prices from a day on, in its currency, such as 0.25; what was charged stays."""
    typed = {"--monthly-fee": monthly_fee, "--transaction": transaction, "--sms": sms, "--viber": viber}
    with unit_of_work(_scope_of(business)):
        prices = [_amount(text, f"{option}: ") for option, text in typed.items()]
        if min(prices) < 0:
            raise click.ClickException("A price is not below zero.")
        try:
            moment = set_tariff(Prices(*prices), begins.date() if begins else None)
        except ValueError as error:
            raise click.ClickException(str(error)) from None
    click.echo(f"The tariff of {business} holds from {moment:%Y-%m-%d %H:%M %z}.")


@group.command("top-up", context_settings=_NUMBERS)
@click.argument("amount")
@_BUSINESS
@_REFERENCE
def top_up_command(amount: str, business: str, reference: str) -> None:
    """Book AMOUNT that a business has paid in, in its currency, such as 1500.00."""
    _post(top_up, amount, business, reference, least=1)


@group.command("correct", context_settings=_NUMBERS)
@click.argument("amount")
@_BUSINESS
@_REFERENCE
def correct_command(amount: str, business: str, reference: str) -> None:
    """Put a balance right: add AMOUNT, or take it when it is below zero, such as -12.50."""
    _post(correct, amount, business, reference, least=-MOST)


@check.command("charges")
def charges() -> None:
    """Balance = sum of charges, each sale charged once, everywhere; exit 1 and the differences, if any."""
    prove("Charges", every_business(), faults)


def _post(book: Callable[[int, str], int], typed: str, business: str, reference: str, least: int) -> None:
    reference = one_line(reference)
    if not reference or len(reference) > LONGEST_REFERENCE or has_control_characters(reference):
        raise click.ClickException(f"The reference has 1 to {LONGEST_REFERENCE} characters that can be seen.")
    with unit_of_work(_scope_of(business)):
        amount = _amount(typed)
        if amount < least or amount == 0:
            raise click.ClickException("The amount is nothing." if amount == 0 else "The amount is more than zero.")
        try:
            balance = book(amount, reference)
        except ReferenceTakenError:
            raise click.ClickException(f"“{reference}” was booked before. Nothing was booked now.") from None
        currency = own_business().currency
    click.echo(f"The balance of {business} is {decimals.fixed(balance, precision(currency))} {currency}.")


def _amount(typed: str, where: str = "") -> int:
    """What was typed, in the smallest unit of the business's currency. Raises ClickException."""
    currency = own_business().currency
    digits = precision(currency)
    try:
        value, rest = divmod(decimals.parse(typed.strip(), "en"), 10 ** (decimals.DIGITS - digits))
        if rest or abs(value) > MOST:
            raise ValueError
    except ValueError:
        most = decimals.fixed(MOST, digits)
        words = f"is no amount in {currency}: a number up to {most} with a point and at most {digits} digits behind it"
        raise click.ClickException(f"{where}“{typed}” {words}.") from None
    return value


def _scope_of(slug: str) -> Scope:
    business_id = business_with_slug(slug)
    if business_id is None:
        raise click.ClickException(f"There is no business with the short name {slug}.")
    return Scope(business_id)
