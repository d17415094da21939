"""How the audit log's lines about programs, their rules, categories and accounts read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import pgettext
from sqlalchemy import select

from app.audit_words import Kind, KnownFields, Words, in_languages, listed, one_of, yes_or_no
from app.businesses.queries import place_options
from app.db import business_id
from app.extensions import db
from app.filters import language, money
from app.loyalty.kinds import access_labels, notify_labels, rounding_labels
from app.loyalty.models import Category, Good, GoodGroup, Program, ProgramRule, Wallet
from app.loyalty.queries import every_program
from app.loyalty.queries.series import series_names
from app.loyalty.rule_words import amount, percent, points, weekday_names


def _fields() -> KnownFields:
    names = {str(each.id): each.title for each in every_program()}
    return KnownFields(
        {
            "title": (_("Title"), str),
            "name": (pgettext("of a thing", "Name"), str),
            "program_id": (_("Program"), one_of(names)),
            "wallet_id": (_("Points"), one_of(_plainly(_all(Wallet, Wallet.name)))),
            "is_default": (_("Default program"), yes_or_no),
            "default": (_("Given to new customers"), str),
            "from_amount": (_("Turnover from"), _figure(money)),
            "from_sales": (_("Sales from"), str),
            "months": (_("In the last months"), str),
            "looked": (_("Customers looked at"), str),
            "moved": (_("Customers moved"), str),
            "order": (_("Order"), listed),
            "public_names": (_("Name that customers read"), in_languages),
            "public_descriptions": (_("Description that customers read"), in_languages),
            "terms_url": (_("Address of the terms"), str),
            "unit": (_("Unit"), str),
            "rounding": (_("Points earned are rounded"), one_of({str(k): v for k, v in rounding_labels().items()})),
            "active": (_("In use"), yes_or_no),
            **_advanced_fields(),
        }
    )


def _advanced_fields() -> Mapping[str, tuple[str, Words]]:
    return {
        "default_access": (_("New customers get"), one_of({str(int(k)): v for k, v in access_labels().items()})),
        "notifications": (
            _("Customers are told of transactions by"),
            one_of({str(k): v for k, v in notify_labels().items()}),
        ),
        "pin_limit": (_("Points that pay without a PIN"), _figure(points)),
        "points_share": (_("Percent of a check that points may pay"), _figure(percent)),
        "points_days": (_("Days that ordinary points are valid"), str),
        "smart_timeout": (_("Minutes that SMART waits for a push"), str),
        "quiet_from": (_("No messages from"), _hour),
        "quiet_to": (_("Until"), _hour),
        "signature": (_("Signature"), str),
        "sender": (_("Sender name of SMS"), str),
    }


def _rule_fields() -> KnownFields:
    places = {each.id: each.name for each in place_options()}
    accounts = _all(Wallet, Wallet.name)
    goods, groups = _all(Good, Good.name), _all(GoodGroup, GoodGroup.name)
    programs = {str(each.id): each.title for each in every_program()}
    return KnownFields(
        {
            "name": (pgettext("of a thing", "Name"), str),
            "program_id": (_("Program"), one_of(programs)),
            "active": (_("Active"), yes_or_no),
            "priority": (_("Priority"), str),
            "combines": (_("Combines with later rules"), yes_or_no),
            "weekdays": (_("Weekdays"), _each_of(weekday_names(language(), "abbreviated"))),
            "from_time": (_("From"), str),
            "to_time": (_("Until"), str),
            "from_day": (_("First day"), str),
            "to_day": (_("Last day"), str),
            "points_of_sale": (_("Points of sale"), _each_of(places)),
            "categories": (_("Categories of customers"), _each_of(_all(Category, Category.name))),
            "least": (_("At least"), _figure(amount)),
            "most": (_("At most"), _figure(amount)),
            "goods": (_("Goods"), _each_of(goods)),
            "groups": (_("Groups of goods"), _each_of(groups)),
            "but_goods": (_("But not these goods"), _each_of(goods)),
            "but_groups": (_("But not these groups"), _each_of(groups)),
            "gift": (_("Gift"), one_of(_plainly(goods))),
            "coupon": (_("Coupon of a series"), one_of({str(each.id): each.title for each in series_names()})),
            "discount_percent": (_("Discount in percent"), _figure(percent)),
            "discount_fixed": (_("Discount in money"), _figure(amount)),
            "points_percent": (_("Points in percent of what is paid"), _figure(percent)),
            "points_fixed": (_("Points for the purchase"), _figure(points)),
            "account": (_("Money account"), lambda kept: _on_account(kept, accounts)),
        }
    )


def _all(kind: Any, name: Any, ids: Collection[int] | None = None) -> dict[int, str]:
    found = select(kind.id, name.label("name")).where(kind.business_id == business_id())
    found = found if ids is None else found.where(kind.id.in_(ids))
    return {row.id: row.name for row in db.session.execute(found)}


def _plainly(names: Mapping[int, str]) -> dict[str, str]:
    return {str(number): name for number, name in names.items()}


def _each_of(names: Mapping[int, str]) -> Words:
    return lambda kept: listed([names.get(each, each) for each in kept]) if isinstance(kept, list) else str(kept)


def _figure(words: Callable[[int], str]) -> Words:
    return lambda kept: words(kept) if isinstance(kept, int) else str(kept)


def _hour(kept: object) -> str:
    return str(kept)[:5]


def _on_account(kept: object, names: Mapping[int, str]) -> str:
    if not isinstance(kept, dict):
        return str(kept)
    number = kept["wallet_id"]
    return _("%(amount)s on %(account)s", amount=amount(kept["amount"]), account=names.get(number, number))


KINDS = (
    Kind(
        "program",
        _l("Program"),
        {
            "program.create": _l("Program made"),
            "program.change": _l("Program changed"),
            "category.order": _l("Categories put in another order"),
            "category.assign": _l("Categories given by the rules"),
        },
        names=lambda ids: _all(Program, Program.title, ids),
        fields=_fields,
        href=lambda number: url_for("loyalty.program", program_id=number),
    ),
    Kind(
        "rule",
        _l("Rule"),
        {"rule.add": _l("Rule added"), "rule.change": _l("Rule changed")},
        names=lambda ids: _all(ProgramRule, ProgramRule.name, ids),
        fields=_rule_fields,
    ),
    Kind(
        "category",
        _l("Category"),
        {
            "category.add": _l("Category added"),
            "category.change": _l("Category changed"),
            "category.make_default": _l("Category given to new customers"),
        },
        names=lambda ids: _all(Category, Category.name, ids),
        fields=_fields,
    ),
    Kind(
        "account",
        _l("Money account"),
        {
            "account.add": _l("Money account added"),
            "account.change": _l("Money account changed"),
            "account.share": _l("Money account let pay in a program"),
            "account.remove": _l("Money account taken out of a program"),
        },
        names=lambda ids: _all(Wallet, Wallet.name, ids),
        fields=_fields,
    ),
)
