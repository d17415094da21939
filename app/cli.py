"""The command line: what people who run the platform do outside the panel."""

from __future__ import annotations

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy.exc import IntegrityError

from app.accounts import services as accounts
from app.accounts import support_cli as people
from app.accounts.cli import group as audit
from app.accounts.cli import terminals
from app.accounts.queries import user_id_of
from app.acts import cli as acts
from app.billing import cli as billing
from app.bulk import check as aside
from app.bulk import unload_cli as unloading
from app.businesses import cli as features
from app.businesses.services import NewBusiness, create_business
from app.customers.cli import duplicates_group
from app.customers.cli import group as stats
from app.db import unit_of_work
from app.demo.cli import group as demo
from app.imports.cli import group as imports
from app.ledger import cli as ledger
from app.loyalty import cli as senders
from app.loyalty.services import create_program
from app.messaging import check as sent
from app.messaging import cli as gateways
from app.messaging import writing_cli as letters
from app.offers import cli as offers
from app.permissions import Role
from app.proofs import group as check
from app.scope import Scope
from app.support import group as support
from app.transactions.cli import group as bought

PARTS = (acts, aside, billing, features, gateways, ledger, letters, offers, people, senders, sent, unloading)
"""Whose commands are in the groups `support` and `check`."""

businesses = AppGroup("businesses", help="Businesses and their first admin.")


@businesses.command("create")
@click.option("--name", required=True, help="The business's name.")
@click.option("--slug", required=True, help="Short name for addresses: a-z, 0-9 and hyphens.")
@click.option("--currency", required=True, help="ISO 4217, such as UAH.")
@click.option("--time-zone", required=True, help="IANA, such as Europe/Kyiv.")
@click.option("--country", required=True, help="ISO 3166-1, such as UA.")
@click.option("--admin-email", required=True)
@click.option("--admin-name", required=True)
@click.password_option("--admin-password", help="12 to 128 characters; asked for when left out.")
def create(admin_email: str, admin_name: str, admin_password: str, **business: str) -> None:
    """Make a business with its first program, and its admin; who has an account already keeps its password."""
    new = NewBusiness(**business)
    try:
        new.check()
        user_id = user_id_of(admin_email) or accounts.create_user(admin_email, admin_name, admin_password)
        business_id = create_business(new)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    except IntegrityError:
        raise click.ClickException(f"There is a business with the slug {new.slug} already.") from None
    with unit_of_work(Scope(business_id)):
        create_program(new.name, {"en": new.name}, default=True)
    accounts.add_member(business_id, user_id, Role.ADMIN)
    click.echo(f"Business {business_id} is ready; {admin_email} signs in as its admin.")


def init_app(app: Flask) -> None:
    for group in (
        businesses,
        demo,
        imports,
        stats,
        duplicates_group,
        bought,
        check,
        audit,
        support,
        terminals,
        gateways.push,
    ):
        app.cli.add_command(group)
