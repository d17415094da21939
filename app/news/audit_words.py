"""How the audit log's lines about news read."""

from __future__ import annotations

from collections.abc import Collection

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import pgettext
from sqlalchemy import select

from app.audit_words import Kind, KnownFields, Words, in_languages, listed, yes_or_no
from app.businesses.queries import place_options
from app.db import business_id
from app.extensions import db
from app.filters import language, moment_words
from app.news.models import News


def _fields() -> KnownFields:
    return KnownFields(
        {
            "titles": (pgettext("of news", "Title"), in_languages),
            "texts": (_("Text"), in_languages),
            "picture_id": (_("Picture"), lambda kept: _("No. %(number)s", number=kept)),
            "first_day": (_("Date of publication"), str),
            "last_day": (_("Last day"), str),
            "points_of_sale": (_("Points of sale"), _places()),
            "published": (_("Published"), yes_or_no),
            "archived_at": (_("Archived"), moment_words),
        }
    )


def _places() -> Words:
    names = {each.id: each.name for each in place_options()}
    return lambda kept: listed([names.get(each, each) for each in kept]) if isinstance(kept, list) else str(kept)


def _names(ids: Collection[int]) -> dict[int, str]:
    named = select(News).where(News.business_id == business_id(), News.id.in_(ids))
    return {each.id: each.wording(language()).title for each in db.session.scalars(named)}


KINDS = (
    Kind(
        "news",
        _l("News item"),
        {
            "news.add": _l("News item added"),
            "news.change": _l("News item changed"),
            "news.archive": _l("News item archived"),
            "news.restore": _l("News item taken out of the archive"),
        },
        names=_names,
        fields=_fields,
        href=lambda number: url_for("news.edit_news", news_id=number),
    ),
)
