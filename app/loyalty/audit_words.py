"""How the audit log's lines about the questionnaire and goods read."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import pgettext
from sqlalchemy import select

from app.audit_words import Kind, KnownFields, listed, one_of, yes_or_no
from app.db import business_id
from app.extensions import db
from app.filters import moment_words, money
from app.loyalty.kinds import kind_labels
from app.loyalty.models import Good, GoodGroup, QuestionnaireField
from app.loyalty.queries import every_question, groups


def _question_fields() -> KnownFields:
    kinds = {kind.name.lower(): label for kind, label in kind_labels().items()}
    return KnownFields(
        {
            "name": (pgettext("of a thing", "Name"), str),
            "kind": (_("Answered by"), one_of(kinds)),
            "required": (_("Must be answered"), yes_or_no),
            "choices": (_("Choices"), listed),
            "archived_at": (_("Archived"), moment_words),
        }
    )


def _order_fields() -> KnownFields:
    names = {each.id: each.name for each in every_question()}

    def in_order(value: object) -> str:
        return listed([names.get(number, number) for number in value]) if isinstance(value, list) else str(value)

    return KnownFields({"order": (_("Order"), in_order)})


def _good_fields() -> KnownFields:
    names = {str(each.id): each.name for each in groups()}
    return KnownFields(
        {
            "name": (pgettext("of a thing", "Name"), str),
            "code": (_("Code"), str),
            "group_id": (_("Group"), one_of(names)),
            "unit": (_("Unit"), str),
            "price": (_("Price"), lambda value: money(int(str(value)))),
            "variable_price": (_("Variable price"), yes_or_no),
            "archived_at": (_("Archived"), moment_words),
        }
    )


def _names(kind: Any, name: Any, ids: Collection[int]) -> dict[int, str]:
    named = select(kind.id, name.label("name")).where(kind.business_id == business_id(), kind.id.in_(ids))
    return {row.id: row.name for row in db.session.execute(named)}


KINDS = (
    Kind(
        "questionnaire_field",
        _l("Question"),
        {
            "questionnaire_field.add": _l("Question added"),
            "questionnaire_field.change": _l("Question changed"),
            "questionnaire_field.archive": _l("Question archived"),
            "questionnaire_field.restore": _l("Question taken out of the archive"),
        },
        names=lambda ids: _names(QuestionnaireField, QuestionnaireField.name, ids),
        fields=_question_fields,
        href=lambda number: url_for("loyalty.edit_question", question_id=number),
    ),
    Kind(
        "questionnaire",
        _l("Questionnaire"),
        {"questionnaire.order": _l("Questions put in another order")},
        names=lambda ids: dict.fromkeys(ids, _("Questionnaire")),
        fields=_order_fields,
        href=lambda number: url_for("loyalty.questionnaire"),
    ),
    Kind(
        "good",
        _l("Good or service"),
        {
            "good.add": _l("Good added"),
            "good.change": _l("Good changed"),
            "good.archive": _l("Good archived"),
            "good.restore": _l("Good taken out of the archive"),
        },
        names=lambda ids: _names(Good, Good.name, ids),
        fields=_good_fields,
        href=lambda number: url_for("loyalty.edit_good", good_id=number),
    ),
    Kind(
        "good_group",
        _l("Group of goods"),
        {
            "good_group.add": _l("Group of goods added"),
            "good_group.change": _l("Group of goods changed"),
            "good_group.archive": _l("Group of goods archived"),
            "good_group.restore": _l("Group of goods taken out of the archive"),
        },
        names=lambda ids: _names(GoodGroup, GoodGroup.name, ids),
        fields=_good_fields,
        href=lambda number: url_for("loyalty.edit_good_group", good_group_id=number),
    ),
)
