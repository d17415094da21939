"""Acts issued: a number without a gap and the frozen lines come in one unit of work (BI-4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select, text

from app.acts.document import Content
from app.acts.jurisdictions import missing
from app.acts.lines import Line, less, quantity, total, vat_within
from app.acts.models import Act, ActKind, ActToDraw, Executor, Jurisdiction, Requisites
from app.acts.queries import acted, acts_of, charged, executor_of, last_day, local_day, own_requisites
from app.billing.models import ChargeKind
from app.businesses.queries import own_business
from app.db import business_id
from app.extensions import db
from app.lib import dates


class NotReadyError(Exception):
    """Requisites of one side are missing, so no act can be issued."""


def hold_series() -> None:
    """Waits until nobody else issues an act to this business; until the end of this unit of work."""
    statement = text("SELECT pg_advisory_xact_lock(hashtextextended('acts', :business))")
    db.session.execute(statement, {"business": business_id()})


def issue(month: date, now: datetime | None = None) -> Act | None:
    """An act of what was charged in a month and stands in no act yet: the month's, or one that corrects it.

    None where nothing is left to say. Call it with the series held. Raises NotReadyError.
    """
    lines = less(charged(month), acted(month))
    if not lines:
        return None
    earlier = acts_of(month)
    day = local_day(now or dates.now(), own_business().time_zone)
    if not earlier:
        return write(month, ActKind.MONTHLY, last_day(month), lines, now)
    return write(month, ActKind.CHARGES, day, lines, now, earlier)


def write(
    month: date,
    kind: ActKind,
    dated: date,
    lines: Sequence[Line],
    now: datetime | None = None,
    earlier: Sequence[Act] = (),
) -> Act:
    """The next act of the series, to be drawn. `earlier`: all acts of the month. Raises NotReadyError."""
    requisites, executor = sides(month)
    amount = total(lines)
    vat, rate = _taxed(amount, executor, earlier)
    act = Act(
        business_id=business_id(),
        kind=kind,
        month=month,
        year=dated.year,
        number=_next_number(dated.year),
        corrects_id=earlier[0].id if earlier else None,
        dated=dated,
        issued_at=now or dates.now(),
        jurisdiction=requisites.jurisdiction,
        language=requisites.language,
        currency=own_business().currency,
        total=amount,
        vat=vat,
        vat_rate=rate,
        transactions=quantity(lines, ChargeKind.TRANSACTION),
        segments=quantity(lines, ChargeKind.SMS),
        lines=[line.kept() for line in lines],
        customer=requisites.details,
        executor=executor.details,
    )
    db.session.add(act)
    db.session.flush()
    db.session.add(ActToDraw(business_id=act.business_id, act_id=act.id))
    db.session.flush()
    return act


def sides(month: date) -> tuple[Requisites, Executor]:
    """Raises NotReadyError."""
    requisites = own_requisites()
    executor = executor_of(requisites.jurisdiction, month)
    if not requisites.complete or executor is None:
        raise NotReadyError
    return requisites, executor


def draft_of(month: date) -> Content:
    """What the act of a month would say now, complete or not."""
    requisites = own_requisites()
    jurisdiction = Jurisdiction(requisites.jurisdiction)
    executor = executor_of(jurisdiction, month) or Executor(details={}, vat_rate=None)
    lines = tuple(less(charged(month), acted(month)))
    return Content(
        jurisdiction,
        requisites.language,
        own_business().currency,
        month,
        last_day(month),
        lines,
        vat_within(total(lines), executor.vat_rate),
        executor.vat_rate,
        requisites.details,
        executor.details,
        missing=tuple(missing(jurisdiction, requisites.details)),
    )


def _taxed(amount: int, executor: Executor, earlier: Sequence[Act]) -> tuple[int, int | None]:
    """The VAT and its rate, of the month as a whole: corrections never add up to another VAT than one act would have.

    They are taxed as what they correct, whatever the platform's rate or the business's country is by now.
    """
    rate = earlier[0].vat_rate if earlier else executor.vat_rate
    whole = sum(act.total for act in earlier) + amount
    return vat_within(whole, rate) - sum(act.vat for act in earlier), rate


def _next_number(year: int) -> int:
    mine = select(func.coalesce(func.max(Act.number), 0) + 1)
    number: int = db.session.execute(mine.where(Act.business_id == business_id(), Act.year == year)).scalar_one()
    return number
