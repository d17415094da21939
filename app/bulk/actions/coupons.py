"""Issue coupons of a series, one for each; the stock is set aside by the preview (BA-9)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms.fields.choices import SelectChoice

from app.bulk.actions.amounts import offer_programs, program_field
from app.bulk.actions.handing import TitledField, expect_all, keys_of, title_of, undone_key
from app.bulk.actions.shared import key_of
from app.bulk.models import Batch
from app.bulk.registry import Action, Claim, Doubts, Values
from app.bulk.telling import Telling
from app.bulk.text_form import TextForm, blank_text
from app.db import business_id, current_scope
from app.extensions import db
from app.filters import language
from app.lib import dates, formats
from app.loyalty.models import Program
from app.messaging.texts import OF_COUPON, in_language
from app.offers.models import CouponSeries, CouponStatus
from app.offers.queries.catalogue import codes_of, in_use
from app.offers.services import (
    TooFewLeftError,
    issue_coupons,
    left_of,
    occasion_of,
    release_coupons,
    reserve_coupons,
    why_not_issued,
    withdraw_coupons,
)
from app.permissions import Permission

# Asked once of everyone, by a function, as what was used elsewhere counts too (PR-3).
_HAD = "LEFT JOIN coupons_had(:series, (SELECT array_agg(customer_id) FROM asked)) had ON had.holder_id = a.customer_id"
_COUPON = "LEFT JOIN coupon k ON k.business_id = :business AND k.issue_key = :occasion || ':' || a.customer_id"
_FATES = (
    (f"k.id IS NULL OR k.status = {CouponStatus.USED:d}", "coupon_used"),
    (f"k.status = {CouponStatus.LAPSED:d}", "coupon_lapsed"),
    (f"k.status = {CouponStatus.REMOVED:d}", "coupon_removed"),
)


def _program(values: Values) -> Program:
    return db.session.get_one(Program, (business_id(), values["program"]))


def _blank(_values: Values, _language: str) -> str:
    """BA-9's words, as with a coupon that comes with a sale."""
    return _("You have been credited coupon %(code)s", code="{coupon}")


def _same(values: Values, language: str) -> Mapping[str, str]:
    """The title of the series, and the code where all have one."""
    series = db.session.get(CouponSeries, (business_id(), values["series"])) if values["series"] else None
    if series is None:
        return {}
    title = {"series": in_language(series.public_titles, language)[1] or series.title}
    return {**title, "coupon": series.code} if series.code else title


TELLING = Telling(_program, _blank, known=OF_COUPON, same=_same)


class CouponsForm(TextForm):
    telling = TELLING

    program = program_field(_l("In its name the customer is told, if its settings say so."))
    series = TitledField(_l("Series of coupons"), partial(title_of, CouponSeries))
    texts = blank_text(_l("Empty: the code of the coupon, in the customer's language."))

    def offer(self) -> None:
        offer_programs(self.program)
        listed = [each for each in in_use(CouponSeries) if why_not_issued(each, dates.now()) is None]
        self.series.choices = [SelectChoice(str(each.id), _with_stock(each)) for each in listed]

    def lacks(self) -> str:
        return "" if self.series.choices else _("There is no series of which coupons are issued now.")


class SeriesStock:
    """Coupons that a series can still issue."""

    def reserve(self, values: Values, number: int) -> int | None:
        try:
            reserve_coupons(values["series"], number)
        except TooFewLeftError as few:
            return few.left
        return None

    def release(self, values: Values, number: int) -> None:
        release_coupons(values["series"], number)

    def short(self, left: int, needed: int) -> str:
        """Without numbers where those of the brand are not told (PR-3)."""
        if not _sees_numbers():
            return _("Fewer coupons of this series are left than there are customers.")
        named = {"left": _number(left), "needed": _number(needed)}
        return ngettext(
            "%(left)s coupon of this series is left for %(needed)s customers.",
            "%(left)s coupons of this series are left for %(needed)s customers.",
            left,
            **named,
        )


class Issuing:
    def doubts(self, batch: Batch) -> Doubts:
        series = db.session.get_one(CouponSeries, (business_id(), batch.values["series"]), populate_existing=True)
        if why_not_issued(series, dates.now()) is not None:
            return Doubts((("true", "not_issued"),))
        if series.customer_limit is None:
            return Doubts()
        return Doubts(
            (("had.had >= :most", "had_share"),), _HAD, values={"series": series.id, "most": series.customer_limit}
        )

    def step(self, claim: Claim) -> int:
        series = claim.batch.values["series"]
        issued = issue_coupons(series, claim.customers, key_of(claim.batch.id), from_reserve=True)
        expect_all(issued.done, claim)
        codes = codes_of(issued.done.values())
        claim.late.update({customer: {"coupon": codes[number]} for customer, number in issued.done.items()})
        return 0


class Withdrawing:
    """Takes back what nobody used; it is left in its series again."""

    def doubts(self, batch: Batch) -> Doubts:
        return Doubts(_FATES, _COUPON, values={"occasion": _occasion(batch)})

    def step(self, claim: Claim) -> int:
        withdraw_coupons(claim.batch.values["series"], keys_of(_occasion(claim.batch), claim))
        return 0


def _occasion(batch: Batch) -> str:
    return occasion_of(undone_key(batch), batch.values["series"])


def _with_stock(series: CouponSeries) -> str:
    left = left_of(series)
    if left is None or not _sees_numbers():
        return series.title
    return _("%(title)s (%(left)s left)", title=series.title, left=_number(left))


def _sees_numbers() -> bool:
    return current_scope().franchisee_id is None


def _number(number: int) -> str:
    return formats.number(number, language())


COUPONS = Action(
    key="coupons",
    label=_l("Issue coupons"),
    sign="ticket-percent",
    about=_l("A coupon of a series for each; as many as are needed are set aside"),
    permission=Permission.GIVE_OFFERS,
    form=CouponsForm,
    title=lambda values: _("Issue a coupon “%(title)s”", title=title_of(CouponSeries, values["series"])),
    reasons={
        "not_issued": _l("No coupons of the series are issued now"),
        "had_share": _l("Had as many of the series as a customer may have"),
        "coupon_used": _l("Has used it"),
        "coupon_lapsed": _l("It is past its date"),
        "coupon_removed": _l("Someone removed it since"),
    },
    do=Issuing(),
    undo=Withdrawing(),
    done=_l("Issued"),
    telling=TELLING,
    stock=SeriesStock(),
)
