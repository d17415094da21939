"""What is said of a series of coupons (LP-8): in days, as people say from when and until when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, RadioField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired

from app.forms import DayField, HundredthsField, KeptForm, MoneyField, WholeField, Within, line
from app.languages_field import LanguagesField
from app.offers.models import CodeKind, CouponKind, CouponSeries
from app.offers.services.series import SeriesValues
from app.offers.words import code_kind_names, kind_names
from app.period import day_of, end_of, last_day_before, midnight

LONGEST_TITLE, LONGEST_TEXT, MOST_NUMBER = 100, 500, 100_000_000
CODE = re.compile("[A-Z0-9]{4,20}")
BRINGS = ("kind", "percent", "amount", "points", "good_id", "least_amount", "code_kind", "code")
"""What stays as it is once coupons are out."""


@dataclass(frozen=True)
class SeriesSaid:
    """A series as its form says it."""

    title: str
    public_titles: dict[str, str]
    descriptions: dict[str, str]
    kind: str
    percent: int | None
    amount: int | None
    points: int | None
    good_id: int | None
    least_amount: int | None
    number_limit: int | None
    customer_limit: int | None
    issue_from: date
    issue_to: date | None
    valid_days: int | None
    valid_from: date | None
    valid_until: date | None
    code_kind: str
    code: str
    active: bool

    @classmethod
    def of(cls, series: CouponSeries) -> SeriesSaid:
        same = ("title", "public_titles", "descriptions", "kind", "good_id", "number_limit", "customer_limit")
        also = ("valid_days", "code_kind", "code", "active")
        kinds = (CouponKind.PERCENT, CouponKind.AMOUNT, CouponKind.POINTS)
        values: dict[str, Any] = {kind: series.value if series.kind == kind else None for kind in kinds}
        return cls(
            least_amount=series.least_amount or None,
            issue_from=day_of(series.issue_from) or date.min,
            issue_to=last_day_before(series.issue_to),
            valid_from=day_of(series.valid_from),
            valid_until=last_day_before(series.valid_until),
            **values,
            **{name: getattr(series, name) for name in (*same, *also)},
        )


class SeriesForm(KeptForm):
    fields = tuple(SeriesSaid.__dataclass_fields__)

    title = line(
        _l("Title"),
        DataRequired(_l("Enter a title.")),
        longest=LONGEST_TITLE,
        description=_l("For your own people."),
    )
    public_titles = LanguagesField(_l("Title that customers read"), LONGEST_TITLE, needed=True)
    descriptions = LanguagesField(_l("Description that customers read"), LONGEST_TEXT, lines=True)
    kind = RadioField(_l("A coupon brings"))
    percent = HundredthsField(_l("Percent"))
    amount = MoneyField(_l("Amount"))
    points = HundredthsField(_l("Points"))
    good_id = SelectField(_l("Good"), coerce=lambda text: int(text) if text else None)
    least_amount = MoneyField(_l("Check of at least"))
    number_limit = WholeField(
        _l("Coupons in all"), [Within(1, MOST_NUMBER, _l("Enter a number from 1 to 100,000,000."))]
    )
    customer_limit = WholeField(_l("For one customer"), [Within(1, 1000, _l("Enter a number from 1 to 1,000."))])
    issue_from = DayField(_l("Issued from"), validators=[InputRequired(_l("Enter a day."))])
    issue_to = DayField(_l("Issued until"))
    valid_days = WholeField(_l("Holds for, days"), [Within(1, 3650, _l("Enter a number from 1 to 3,650."))])
    valid_from = DayField(_l("Not before"))
    valid_until = DayField(_l("Not after"))
    code_kind = RadioField(_l("Codes"))
    code = line(_l("Shared code"), longest=40)
    active = BooleanField(_l("Issue coupons"))

    def offer(self, goods: Sequence[tuple[str, str]], series: CouponSeries | None = None) -> None:
        """Sets what can be chosen; of a series whose coupons are out, takes out what stays as it is."""
        if series is not None and series.issued:
            for name in BRINGS:
                del self[name]
            return
        self.kind.choices = [SelectChoice(key.value, name) for key, name in kind_names().items()]
        self.code_kind.choices = [SelectChoice(key.value, name) for key, name in code_kind_names().items()]
        self.good_id.choices = [SelectChoice("", _("Choose a good")), *(SelectChoice(*each) for each in goods)]

    def validate_percent(self, field: Field) -> None:
        self._need(field, CouponKind.PERCENT)
        if field.data and field.data > 10_000:
            raise ValidationError(_("At most 100 percent."))

    def validate_amount(self, field: Field) -> None:
        self._need(field, CouponKind.AMOUNT)

    def validate_points(self, field: Field) -> None:
        self._need(field, CouponKind.POINTS)

    def validate_good_id(self, field: Field) -> None:
        self._need(field, CouponKind.GOOD)

    def validate_code(self, field: Field) -> None:
        if self.code_kind.data == CodeKind.SHARED and not CODE.fullmatch(_code(field.data)):
            raise ValidationError(_("Enter 4 to 20 Latin letters and digits, such as WELCOME10."))

    def validate_issue_to(self, field: Field) -> None:
        _check_order(self.issue_from.data, field.data)

    def validate_valid_until(self, field: Field) -> None:
        _check_order(self.valid_from.data or self.issue_from.data, field.data)

    def series(self, kept: CouponSeries | None = None) -> SeriesValues:
        """What a valid form says; what it does not have stays as `kept` has it."""
        said = {name: self[name].data for name in self._names()}
        if kept is not None and kept.issued:
            known = SeriesSaid.of(kept)
            said = {name: getattr(known, name) for name in BRINGS} | said
        return _values(SeriesSaid(**said))

    def _need(self, field: Field, kind: CouponKind) -> None:
        if self.kind.data == kind and not field.data and not field.errors:
            raise ValidationError(_("Enter what a coupon brings."))


def _values(said: SeriesSaid) -> SeriesValues:
    shared = said.code_kind == CodeKind.SHARED
    return SeriesValues(
        title=said.title,
        public_titles=said.public_titles,
        descriptions=said.descriptions,
        kind=said.kind,
        value=0 if said.kind == CouponKind.GOOD else getattr(said, said.kind),
        good_id=said.good_id if said.kind == CouponKind.GOOD else None,
        least_amount=said.least_amount or 0,
        number_limit=said.number_limit,
        customer_limit=said.customer_limit,
        issue_from=midnight(said.issue_from),
        issue_to=end_of(said.issue_to),
        valid_days=said.valid_days,
        valid_from=midnight(said.valid_from) if said.valid_from else None,
        valid_until=end_of(said.valid_until),
        code_kind=said.code_kind,
        code=_code(said.code) if shared else "",
        active=said.active,
    )


def _code(typed: str | None) -> str:
    """As it is printed: in capitals, without blanks and hyphens."""
    return (typed or "").upper().replace(" ", "").replace("-", "")


def _check_order(first: date | None, last: date | None) -> None:
    if first and last and last < first:
        raise ValidationError(_("The last day is not before the first one."))
