"""Commands about gateways: which of them a business goes by, and the keys of pushes."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from app.businesses.queries import business_with_slug
from app.db import unit_of_work
from app.gateway_config import CHOICES, NEEDED
from app.lib.push_keys import make_keys
from app.messaging.models import Channel
from app.messaging.services.choosing import ViberOffError, choose_gateway
from app.scope import Scope
from app.support import group

push = AppGroup("push", help="Pushes to browsers.")


@group.command("gateway")
@click.argument("business")
@click.argument("channel", type=click.Choice(list(CHOICES)))
@click.argument("gateway")
def gateway_command(business: str, channel: str, gateway: str) -> None:
    """Have a CHANNEL of a BUSINESS, by its short name, go by a GATEWAY of its own; "default" is the configuration's."""
    if gateway not in (*CHOICES[channel], "default"):
        raise click.ClickException(f"{channel} goes by {', '.join(CHOICES[channel])}, or by the default.")
    if gateway != "default" and not current_app.config["REGULARS"].gateways.has(gateway):
        raise click.ClickException(f"{gateway} needs {NEEDED[gateway]}.")
    business_id = business_with_slug(business)
    if business_id is None:
        raise click.ClickException(f"There is no business with the short name {business}.")
    try:
        with unit_of_work(Scope(business_id)):
            changed = choose_gateway(Channel[channel.upper()], None if gateway == "default" else gateway)
    except ViberOffError:
        raise click.ClickException(f"Viber is off for {business}: `flask support enable viber` first.") from None
    click.echo(f"{channel} of {business} {'goes' if changed else 'went'} by {gateway}{'' if changed else ' already'}.")


@push.command("make-keys")
def make_keys_command() -> None:
    """Print new keys for the environment; browsers that were subscribed with older ones have to subscribe anew."""
    private, public = make_keys()
    click.echo(f"VAPID_PRIVATE_KEY={private}")
    click.echo(f"# what browsers are told: {public}")
