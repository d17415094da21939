"""Commands of support about a business: which features it has (LP-3)."""

from __future__ import annotations

import click

from app.businesses.models import Feature
from app.businesses.queries import business_with_slug
from app.businesses.services import switch_feature
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


def _switch(feature: Feature, slug: str, on: bool) -> None:
    business_id = business_with_slug(slug)
    if business_id is None:
        raise click.ClickException(f"There is no business with the short name {slug}.")
    with unit_of_work(Scope(business_id)):
        changed = switch_feature(feature, on)
    word = "on" if on else "off"
    click.echo(f"{feature} is {word} for {slug}." if changed else f"{feature} was {word} for {slug} already.")
