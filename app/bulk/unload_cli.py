"""Support's command that unloads the customers of a business, at its request (CT-11)."""

from __future__ import annotations

from pathlib import Path

import click
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from app import audit
from app.accounts.queries import admins
from app.bulk.unloading import customers_known, recipient, unload
from app.businesses.queries import business_with_slug, own_business
from app.db import business_id, unit_of_work
from app.lib import formats
from app.lib.texts import has_control_characters, one_line
from app.locale import LANGUAGES, written_languages
from app.messaging.models import Channel
from app.messaging.services.from_platform import write_to_business
from app.messaging.services.to_users import Written, write_to_user
from app.scope import Scope
from app.support import group

LONGEST = 500


@group.command("unload-customers")
@click.option("--business", required=True, help="The business's short name.")
@click.option("--reason", required=True, help="Why; its administrators read it.")
@click.option(
    *("--recipient", "keys"),
    required=True,
    multiple=True,
    help="A public key of age (age1…) or SSH of who may open the file; several may be given.",
)
@click.option("--to", "target", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The new file.")
def unload_customers(business: str, reason: str, keys: tuple[str, ...], target: Path) -> None:
    """Write the customers of a business into a file that is encrypted; its administrators are told."""
    reason = _reason(reason)
    try:
        recipients = [recipient(key) for key in keys]
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    if target.exists():
        raise click.ClickException(f"{target} is there already.")
    number = business_with_slug(business)
    if number is None:
        raise click.ClickException(f"There is no business with the short name {business}.")
    # Told first: nothing leaves that nobody was told of.
    with unit_of_work(Scope(number)):
        known = _announce(reason, keys)
    try:
        with unit_of_work(Scope(number)):
            unload(target, recipients)
    except OSError as error:
        raise click.ClickException(f"{target} could not be written: {error.strerror or error}.") from None
    click.echo(f"{target} has {known} customers of {business}; age -d -i KEY opens it.")


def _reason(typed: str) -> str:
    reason = one_line(typed)
    if not 10 <= len(reason) <= LONGEST or has_control_characters(reason):
        raise click.ClickException(f"A reason has 10 to {LONGEST} characters.")
    return reason


def _announce(reason: str, keys: tuple[str, ...]) -> int:
    """In the audit log, among the messages, and by e-mail to each administrator; answers with how many customers."""
    known = customers_known()
    main = next((each for each in written_languages() if each in LANGUAGES), "en")
    written = _written(reason, known, main)
    write_to_business(written.text, written.title)
    for admin in admins():
        write_to_user(admin, [Channel.EMAIL], _written(reason, known, admin.language))
    said = {"reason": (None, reason), "customers": (None, known), "recipients": (None, ", ".join(keys))}
    audit.record("business.unload_customers", audit.Subject("business", business_id()), said)
    return known


def _written(reason: str, known: int, language: str) -> Written:
    language = language if language in LANGUAGES else "en"
    with force_locale(language):
        title = _("%(business)s: support unloads the customers", business=own_business().name)
        text = ngettext(
            "Support writes all that is known of %(number)s customer into an encrypted file. Reason: %(reason)s. "
            "If nobody of your business asked for it, tell support at once.",
            "Support writes all that is known of %(number)s customers into an encrypted file. Reason: %(reason)s. "
            "If nobody of your business asked for it, tell support at once.",
            known,
            number=formats.number(known, language),
            reason=reason.rstrip("."),
        )
    return Written(title, text, language)
