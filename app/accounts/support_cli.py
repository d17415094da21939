"""What support does for a person who cannot do it itself, once it knows that it is that person (PR-5)."""

from __future__ import annotations

import secrets

import click
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import audit
from app.accounts.account_changes import end_other_sessions
from app.accounts.forgotten import link_for_password
from app.accounts.models import Membership
from app.accounts.passwords import hash_password
from app.accounts.queries import own_account, user_id_of
from app.accounts.second_factor import has_second_factor, remove_second_factor
from app.businesses.queries import every_business
from app.db import unit_of_work
from app.extensions import db
from app.scope import Scope
from app.support import group


@group.command("drop-second-factor")
@click.argument("email")
def drop_second_factor(email: str) -> None:
    """Let who lost app and recovery codes sign in by the password alone; its sign-ins end."""
    user_id = _known(email)
    with unit_of_work(Scope(None, user_id)):
        if not has_second_factor():
            raise click.ClickException(f"{email} has no second factor.")
        remove_second_factor()
        end_other_sessions(0)
    _note(user_id, "user.end_second_factor", {})
    click.echo(f"{email} signs in by the password alone.")


@group.command("renew-password")
@click.argument("email")
def renew_password(email: str) -> None:
    """Give who forgot the password a link to choose another, good for 30 minutes; the old one and its sign-ins end."""
    user_id = _known(email)
    with unit_of_work(Scope(None, user_id)):
        account = own_account()
        account.password_hash = hash_password(secrets.token_urlsafe(32))
        end_other_sessions(0)
        link = link_for_password(account)
    _note(user_id, "user.renew_password", {})
    click.echo(f"Within half an hour {email} chooses a password at {link}")


@group.command("change-email")
@click.argument("email")
@click.argument("new")
def change_email(email: str, new: str) -> None:
    """Give an account another e-mail to sign in with; its sign-ins end."""
    user_id, new = _known(email), new.strip().lower()
    if new.count("@") != 1:
        raise click.ClickException(f"{new} is no e-mail.")
    try:
        with unit_of_work(Scope(None, user_id)):
            own_account().email = new
            end_other_sessions(0)
    except IntegrityError:
        raise click.ClickException(f"Another account has the e-mail {new}.") from None
    _note(user_id, "user.change_email", {"email": (email, new)})
    click.echo(f"{email} signs in as {new}.")


def _known(email: str) -> int:
    user_id = user_id_of(email)
    if user_id is None:
        raise click.ClickException(f"Nobody has the e-mail {email}.")
    return user_id


def _note(user_id: int, action: str, changes: audit.Changes) -> None:
    """In the log of every business where the person works: nobody of the platform stands in it by name (PR-4)."""
    for each in every_business():
        with unit_of_work(Scope(each)):
            mine = select(Membership.user_id).where(Membership.business_id == each, Membership.user_id == user_id)
            if db.session.scalar(mine) is not None:
                audit.record(action, audit.Subject("user", user_id), changes)
