"""Telling the administrators of a business that an address is told nothing any more: in the inbox and by e-mail."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import gettext as _

from app.accounts.queries import admins
from app.businesses.queries import own_business
from app.links import public_address
from app.locale import LANGUAGES, main_language
from app.messaging.models import Channel
from app.messaging.services.from_platform import write_to_business
from app.messaging.services.to_users import Written, write_to_user
from app.webhooks.models import Disabled, Endpoint

ABOUT = "webhook"


def tell_disabled(endpoint: Endpoint) -> None:
    """Writes it in the unit of work that disables it, so once."""
    note = _words(endpoint, main_language())
    write_to_business(note.text, note.title, about=(ABOUT, endpoint.id))
    page = public_address(f"/settings/webhooks/{endpoint.id}")
    for admin in admins():
        written = _words(endpoint, admin.language if admin.language in LANGUAGES else "en")
        letter = Written(f"{own_business().name}: {written.title}", f"{written.text} {page}", written.language)
        write_to_user(admin, [Channel.EMAIL], letter)


def _words(endpoint: Endpoint, language: str) -> Written:
    with force_locale(language):
        title = _("Webhook disabled: %(name)s", name=endpoint.name)
        if endpoint.disabled_why is Disabled.GONE:
            text = _("The address answered that it is gone for good (410), so it is told nothing any more.")
        else:
            text = _("The address took nothing for three days, so it is told nothing any more.")
        text += " " + _("When it works again, enable it; what failed can be sent again from the log.")
    return Written(title, text, language)
