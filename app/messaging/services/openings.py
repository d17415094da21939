"""Telling the administrators of a business who opened as many customers as a day allows, and wants more (CT-11)."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts.models import User
from app.accounts.queries import admins
from app.businesses.queries import own_business
from app.customers.services.openings import MOST, take_refused
from app.extensions import db
from app.lib import formats
from app.links import public_address
from app.locale import LANGUAGES
from app.messaging.models import Channel
from app.messaging.services.to_users import Written, write_to_user


def tell_of_openings() -> int:
    """Writes it by e-mail, once a day for each such user; answers with how many there are."""
    refused = take_refused()
    told = admins() if refused else []
    for user in db.session.scalars(select(User).where(User.id.in_(refused)).order_by(User.id)) if refused else ():
        for admin in told:
            write_to_user(admin, [Channel.EMAIL], _words(user, admin.language))
    return len(refused)


def _words(user: User, wanted: str) -> Written:
    business, language = own_business(), wanted if wanted in LANGUAGES else "en"
    most = formats.number(MOST, language)
    with force_locale(language):
        title = _("%(business)s: %(name)s opens very many customers", business=business.name, name=user.name)
        text = _(
            "%(name)s opened %(number)s different customers in a day, as many as anyone may, and wants more. Until "
            "the next day no others open. If that is not this person's work, disable the user and ask.",
            name=user.name,
            number=most,
        )
    return Written(title, f"{text} {public_address(f'/users/{user.id}')}", language)
