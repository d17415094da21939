"""Support's command about the sender name that operators have registered for a business (LP-3, BA-3)."""

from __future__ import annotations

import click

from app.businesses.models import Feature
from app.businesses.queries import business_with_slug
from app.businesses.services import switch_feature
from app.db import unit_of_work
from app.loyalty.forms.program import LONGEST_SENDER, SENDER
from app.loyalty.queries import every_program, lock_programs
from app.loyalty.services.settings import change_program
from app.scope import Scope
from app.support import group


@group.command("sender-name")
@click.argument("name")
@click.option("--business", required=True, help="The business's short name.")
@click.option("--program", help="Its title; every program of the business when left out.")
def sender_name(name: str, business: str, program: str | None) -> None:
    """Have SMS of a business go out under NAME, and turn its feature alpha-name on."""
    if len(name) > LONGEST_SENDER or not SENDER.fullmatch(name) or name != name.strip():
        raise click.ClickException(
            f"“{name}” is no sender name: 1 to {LONGEST_SENDER} Latin letters, digits, blanks, dots, hyphens and"
            " underscores, with at least one letter and no blank at its ends."
        )
    business_id = business_with_slug(business)
    if business_id is None:
        raise click.ClickException(f"There is no business with the short name {business}.")
    with unit_of_work(Scope(business_id)):
        lock_programs()
        named = [each for each in every_program() if program in (None, each.title)]
        if not named:
            raise click.ClickException(f"{business} has no program with the title {program}.")
        titles = ", ".join(sorted(each.title for each in named))
        for each in named:
            change_program(each, {"sender": name})
        switch_feature(Feature.ALPHA_NAME, on=True)
    click.echo(f"SMS of {titles} go out as {name}.")
