"""Acts, requisites and what was charged in a month, as pages, files and jobs read them (BI-3 to BI-6)."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, and_, func, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from werkzeug.exceptions import NotFound

from app.acts.jurisdictions import LANGUAGES, of_country
from app.acts.lines import CHARGED, Line
from app.acts.models import Act, ActClose, ActFile, ActStanding, ActStatus, Executor, Requisites
from app.billing.models import Charge, ChargeKind, Tariff
from app.billing.queries import totals
from app.businesses.queries import own_business
from app.db import autocommit_engine, business_id
from app.extensions import db
from app.lib import dates


def due_businesses() -> list[int]:
    """Where a month is to be closed or an act's file to be made."""
    with autocommit_engine().connect() as connection:
        return list(connection.execute(text("SELECT * FROM due_acts(:moment)"), {"moment": dates.now()}).scalars())


def own_requisites() -> Requisites:
    """Of the business; blank ones, by its country, where nobody has entered any."""
    found = db.session.get(Requisites, business_id())
    if found:
        return found
    jurisdiction = of_country(own_business().country)
    return Requisites(jurisdiction=jurisdiction, language=LANGUAGES[jurisdiction], details={}, complete=False)


def executors_of(jurisdiction: str) -> list[Executor]:
    """The platform's side in a jurisdiction through time, oldest first."""
    mine = select(Executor).where(Executor.jurisdiction == jurisdiction)
    return list(db.session.scalars(mine.order_by(Executor.valid_from)))


def held_by(executors: Sequence[Executor], month: date) -> Executor | None:
    """The one that holds by the end of a month; before the first was written down, that one."""
    held = [each for each in executors if each.valid_from <= last_day(month)]
    return held[-1] if held else next(iter(executors), None)


def executor_of(jurisdiction: str, month: date) -> Executor | None:
    return held_by(executors_of(jurisdiction), month)


def charged(month: date) -> list[Line]:
    """What was charged in a month of the business's zone: a line for each kind and price, and for each correction."""
    added: Counter[tuple[ChargeKind, int]] = Counter()
    for each in totals(month, last_day(month)):
        if each.kind in CHARGED and each.kind is not ChargeKind.CORRECTION:
            added[each.kind, each.rate] += each.quantity
    lines = [Line(kind, rate, number) for (kind, rate), number in added.items()]
    corrections = select(Charge.rate, Charge.note).where(
        Charge.business_id == business_id(),
        Charge.kind == ChargeKind.CORRECTION,
        Charge.day.between(month, last_day(month)),
    )
    found = db.session.execute(corrections.order_by(Charge.subject))
    return lines + [Line(ChargeKind.CORRECTION, rate, 1, note) for rate, note in found]


def acts_of(month: date) -> list[Act]:
    """The act of a month and its corrections, oldest first."""
    mine = select(Act).where(Act.business_id == business_id(), Act.month == month)
    return list(db.session.scalars(mine.order_by(Act.id)))


def acted(month: date) -> list[Line]:
    """The lines of all acts of a month."""
    return [Line.from_kept(line) for act in acts_of(month) for line in act.lines]


def act_named(number: int) -> Act:
    """Raises NotFound for one that is not there, or of another business."""
    found = db.session.get(Act, (business_id(), number))
    if found is None:
        raise NotFound
    return found


def listed_acts() -> list[Row[Any]]:
    """Every act with its status, its day and whether its file is made, newest first: a business has some dozens."""
    latest = (
        select(ActStanding.act_id, ActStanding.status, ActStanding.day)
        .where(ActStanding.business_id == business_id())
        .ext(distinct_on(ActStanding.act_id))
        .order_by(ActStanding.act_id, ActStanding.id.desc())
        .subquery()
    )
    columns = ("id", "kind", "month", "year", "number", "dated", "issued_at", "total", "vat", "vat_rate")
    statement = (
        select(
            *(getattr(Act, name) for name in (*columns, "transactions", "segments", "currency")),
            func.coalesce(latest.c.status, ActStatus.ISSUED).label("status"),
            latest.c.day,
            ActFile.act_id.is_not(None).label("has_file"),
        )
        .outerjoin(latest, latest.c.act_id == Act.id)
        .outerjoin(ActFile, and_(ActFile.business_id == Act.business_id, ActFile.act_id == Act.id))
        .where(Act.business_id == business_id())
        .order_by(Act.year.desc(), Act.number.desc())
    )
    return list(db.session.execute(statement))


def standings(act: Act) -> list[ActStanding]:
    """What was said of an act's status, oldest first."""
    mine = select(ActStanding).where(ActStanding.business_id == business_id(), ActStanding.act_id == act.id)
    return list(db.session.scalars(mine.order_by(ActStanding.id)))


def standing_of(act: Act) -> tuple[ActStatus, date]:
    """Its status and since when: issued on its day, unless more was said."""
    said = standings(act)
    return (said[-1].status, said[-1].day) if said else (ActStatus.ISSUED, issued_on(act))


def issued_on(act: Act) -> date:
    return local_day(act.issued_at, own_business().time_zone)


def corrections_of(act: Act) -> list[Act]:
    mine = select(Act).where(Act.business_id == business_id(), Act.corrects_id == act.id)
    return list(db.session.scalars(mine.order_by(Act.id)))


def file_of(act: Act) -> ActFile | None:
    return db.session.get(ActFile, (business_id(), act.id))


def closed_through() -> date | None:
    """The last month that is closed; None before the first."""
    return db.session.scalar(select(ActClose.month).where(ActClose.business_id == business_id()))


def first_month() -> date | None:
    """The month in which the first tariff began, by the business's clock; nothing was charged before."""
    zone = own_business().time_zone
    began = select(func.min(Tariff.valid_from)).where(Tariff.business_id == business_id())
    moment = db.session.scalar(began)
    return month_of(local_day(moment, zone)) if moment else None


def local_day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def this_month() -> date:
    """The month that it is by the business's clock."""
    return month_of(local_day(dates.now(), own_business().time_zone))


def month_of(day: date) -> date:
    return day.replace(day=1)


def next_month(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def last_day(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])
