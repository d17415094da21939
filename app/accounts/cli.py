"""Commands that prove the audit logs, business by business, and put salespeople at Terminals."""

from __future__ import annotations

import secrets
import sys

import click
from flask.cli import AppGroup
from sqlalchemy import select

from app.accounts.forgotten import link_for_password
from app.accounts.models import Membership
from app.accounts.queries import own_account, user_id_of
from app.accounts.services import add_member, assign_to_terminal, create_user
from app.audit_check import check_chain
from app.businesses.models import Terminal
from app.businesses.queries import every_business
from app.db import unit_of_work
from app.extensions import db
from app.permissions import Role
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


terminals = AppGroup("terminals", help="Who sells where.")


@terminals.command("assign")
@click.argument("email")
@click.argument("terminal", type=int)
@click.option("--name", help="Of a new salesperson, whose link to choose a password is then shown.")
def assign(email: str, terminal: int, name: str | None) -> None:
    """Let a salesperson sell at a Terminal, given by its number; who is no user of the business becomes one (TE-0)."""
    business = _business_of(terminal)
    if business is None:
        raise click.ClickException(f"There is no Terminal {terminal}.")
    user_id = user_id_of(email) or _hire(email, name)
    role = _role_in(business, user_id)
    if role is None:
        add_member(business, user_id, Role.SALESPERSON)
    elif role != Role.SALESPERSON:
        raise click.ClickException(f"{email} is no salesperson of this business but its {role}.")
    with unit_of_work(Scope(business)):
        assign_to_terminal(terminal, user_id)
    click.echo(f"{email} sells at Terminal {terminal}.")


def _hire(email: str, name: str | None) -> int:
    if not name:
        raise click.ClickException(f"Nobody has the e-mail {email}. Give --name to make the account.")
    user_id = create_user(email, name, secrets.token_urlsafe(32))
    with unit_of_work(Scope(None, user_id)):
        link = link_for_password(own_account())
    click.echo(f"Within half an hour {email} chooses a password at {link}")
    return user_id


def _business_of(terminal: int) -> int | None:
    """Numbers of Terminals are unique over all businesses."""
    for each in every_business():
        with unit_of_work(Scope(each)):
            if db.session.get(Terminal, (each, terminal)):
                return each
    return None


def _role_in(business: int, user_id: int) -> str | None:
    with unit_of_work(Scope(business)):
        mine = select(Membership.role).where(Membership.business_id == business, Membership.user_id == user_id)
        return db.session.scalar(mine)
