"""How the audit log's lines about acts and requisites read."""

from __future__ import annotations

from collections.abc import Collection

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.acts.jurisdictions import jurisdiction_name, of_customer
from app.acts.listing import Stage, stage_words
from app.acts.models import Act, Jurisdiction
from app.audit_words import Kind, KnownFields, one_of
from app.businesses.queries import own_business
from app.db import business_id
from app.extensions import db
from app.filters import money
from app.locale import LANGUAGES


def _requisites() -> KnownFields:
    # Numbers are called by their jurisdiction's name; one that two have, by the first's.
    entries = {entry.name: entry for jurisdiction in reversed(Jurisdiction) for entry in of_customer(jurisdiction)}
    labels = {name: (str(entry.label), str) for name, entry in entries.items()}
    names = {str(each): jurisdiction_name(each) for each in Jurisdiction}
    return KnownFields(
        {
            **labels,
            "tax_id": (_("Tax number"), str),
            "jurisdiction": (_("Country of the legal person"), one_of(names)),
            "language": (_("Language of acts"), one_of(LANGUAGES)),
        }
    )


def _acts() -> KnownFields:
    stages = {str(int(stage)): words for stage, words in stage_words().items() if stage is not Stage.DRAFT}
    return KnownFields(
        {
            "status": (_("Status"), one_of(stages)),
            "day": (_("Day"), str),
            "corrects": (_("Corrects act"), str),
            "total": (_("Total"), lambda value: money(int(str(value)))),
        }
    )


def _numbers(ids: Collection[int]) -> dict[int, str]:
    mine = select(Act).where(Act.business_id == business_id(), Act.id.in_(ids))
    return {act.id: act.words for act in db.session.scalars(mine)}


KINDS = (
    Kind(
        "requisites",
        _l("Financial information"),
        {"requisites.change": _l("Financial information changed")},
        names=lambda ids: {number: own_business().name for number in ids},
        fields=_requisites,
        href=lambda number: url_for("acts.requisites"),
    ),
    Kind(
        "act",
        _l("Service act"),
        {"act.mark": _l("Status of an act changed"), "act.correct": _l("Correction act issued")},
        names=_numbers,
        fields=_acts,
        href=lambda number: url_for("acts.show", act_id=number),
    ),
)
