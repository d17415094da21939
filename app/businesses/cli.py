"""Commands of support about a business: which features it has, and its own address on the web (LP-3, WL-1)."""

from __future__ import annotations

import click

from app.businesses.models import Feature
from app.businesses.queries import business_with_slug
from app.businesses.services import NameTakenError, set_web_address, switch_feature
from app.db import unit_of_work
from app.scope import Scope
from app.support import group

_FEATURE = click.Choice([each.value for each in Feature])


@group.command("enable")
@click.argument("feature", type=_FEATURE)
@click.option("--business", required=True, help="The business's short name.")
def enable(feature: str, business: str) -> None:
    """Turn a feature on for a business; it is in the business's audit log."""
    _switch(Feature(feature), business, on=True)


@group.command("disable")
@click.argument("feature", type=_FEATURE)
@click.option("--business", required=True, help="The business's short name.")
def disable(feature: str, business: str) -> None:
    """Turn a feature off again."""
    _switch(Feature(feature), business, on=False)


@group.command("web-address")
@click.argument("address")
@click.option("--business", required=True, help="The business's short name.")
def web_address(address: str, business: str) -> None:
    """Have customers of a business reach its pages at an ADDRESS of its own, such as https://club.kvr.ua; "default" is
    the platform's. Its name and certificate must lead here already: links in messages begin with it at once.
    """
    with unit_of_work(Scope(_named(business))):
        try:
            changed = set_web_address("" if address == "default" else address.lower().rstrip("/"))
        except ValueError as error:
            raise click.ClickException(str(error)) from None
        except NameTakenError:
            raise click.ClickException(f"{address} is another business's.") from None
    click.echo(f"{business} is reached at {address}{'' if changed else ' already'}.")


def _switch(feature: Feature, slug: str, on: bool) -> None:
    with unit_of_work(Scope(_named(slug))):
        changed = switch_feature(feature, on)
    word = "on" if on else "off"
    click.echo(f"{feature} is {word} for {slug}." if changed else f"{feature} was {word} for {slug} already.")


def _named(slug: str) -> int:
    business_id = business_with_slug(slug)
    if business_id is None:
        raise click.ClickException(f"There is no business with the short name {slug}.")
    return business_id
