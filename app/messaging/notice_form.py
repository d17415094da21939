"""At which balances a person is told, and how; and the browser that it lets pushes into (BI-2)."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField

from app.accounts.models import User
from app.billing.queries import OwnNotice
from app.billing.services import Channels
from app.filters import money_label
from app.forms import MoneyField

AMOUNTS = ("first", "second", "third")
WAYS = ("by_email", "by_sms", "by_push")


class NoticeForm(FlaskForm):  # type: ignore[misc]
    """`by_push` is not offered where this house sends no pushes."""

    first = MoneyField(_l("When it falls below"))
    second = MoneyField(_l("and below"))
    third = MoneyField(_l("and below"))
    by_email = BooleanField(_l("E-mail"))
    by_sms = BooleanField(_l("SMS"))
    by_push = BooleanField(_l("Push in the browser"))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for name in AMOUNTS:
            self[name].label.text = money_label(self[name].label.text)

    def show(self, kept: OwnNotice) -> None:
        """What is kept, where nothing was sent yet."""
        for name, amount in zip(AMOUNTS, kept.amounts, strict=False):
            self[name].data = amount
        for name in self.ways:
            self[name].data = getattr(kept, name)

    @property
    def ways(self) -> list[str]:
        return [name for name in WAYS if name in self]

    @property
    def amounts(self) -> set[int]:
        return {self[name].data for name in AMOUNTS if self[name].data}

    @property
    def channels(self) -> Channels:
        return Channels(*(name in self and bool(self[name].data) for name in WAYS))

    def reaches(self, user: User, browsers: int) -> bool:
        """Whether the person can be told so; what is wrong stands beside the fields."""
        if not self.validate():
            return False
        wrong = {
            "by_email": self.amounts and not any(self[name].data for name in self.ways),
            "by_sms": self.channels.sms and not user.phone,
            "by_push": self.channels.push and not browsers,
        }
        words = {
            "by_email": _("Choose at least one way to be told."),
            "by_sms": _("Your profile has no phone. Enter it there first."),
            "by_push": _("No browser of yours receives pushes yet. Let this one receive them first."),
        }
        for name, is_wrong in wrong.items():
            if is_wrong:
                self[name].errors = [words[name]]
        return not any(wrong.values())


class BrowserForm(FlaskForm):  # type: ignore[misc]
    """What a browser says of itself when pushes are let into it."""

    endpoint = HiddenField()
    p256dh = HiddenField()
    auth = HiddenField()
