"""Support's command that writes to a business (MS-1)."""

from __future__ import annotations

import click

from app.businesses.queries import business_with_slug
from app.db import unit_of_work
from app.lib.texts import has_control_characters, one_line
from app.messaging.services.from_platform import write_to_business
from app.scope import Scope
from app.support import group

LONGEST, LONGEST_TITLE = 4_000, 120


@group.command("write")
@click.argument("business")
@click.argument("text")
@click.option("--title", default="", help="What stands above the text.")
def write(business: str, text: str, title: str) -> None:
    """Write TEXT to the people of BUSINESS, by its short name: it comes into their messages, unread."""
    text, title = text.strip(), one_line(title)
    if not text or len(text) > LONGEST or len(title) > LONGEST_TITLE:
        raise click.ClickException(f"A text has 1 to {LONGEST} characters, a title at most {LONGEST_TITLE}.")
    if has_control_characters(text.replace("\n", "")) or has_control_characters(title):
        raise click.ClickException("There are characters in it that cannot be seen.")
    business_id = business_with_slug(business)
    if business_id is None:
        raise click.ClickException(f"There is no business with the short name {business}.")
    with unit_of_work(Scope(business_id)):
        write_to_business(text, title)
    click.echo(f"{business} has it among its messages.")
