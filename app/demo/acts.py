"""Requisites of the demonstration, and acts of its closed months with what became of them (BI-3 to BI-6)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from psycopg import Connection
from psycopg.types.json import Jsonb
from sqlalchemy import select

from app.acts.models import Act, ActStanding, ActStatus
from app.acts.queries import first_month, next_month
from app.acts.services import close_months
from app.businesses.queries import own_business
from app.db import business_id, unit_of_work
from app.extensions import db
from app.scope import Scope

VAT = 2_000
"""In hundredths of a percent."""
_PLATFORM = {
    "legal_name": "ТОВ «Регулярс Україна»",
    "address": "03150, м. Київ, вул. Антоновича, 72",
    "tax_id": "44018279",
    "vat_id": "440182726501",
    "account": "UA923052990000026005011234567",
    "bank": "АТ КБ «ПриватБанк»",
    "signatory": "Мельник Дарина Олегівна",
    "position": "директорка",
    "authority": "Статут",
    "place": "м. Київ",
}
_KAVALIER = {
    "legal_name": "ТОВ «Кавалер Кава»",
    "address": "04071, м. Київ, вул. Верхній Вал, 18",
    "tax_id": "43905160",
    "vat_id": "439051626540",
    "account": "UA823220010000026009310045521",
    "bank": "АТ «Універсал Банк»",
    "signatory": "Коваленко Анна Петрівна",
    "position": "директорка",
    "authority": "Статут",
    "contract_number": "118/24",
    "contract_date": "2024-03-01",
}


def write_requisites(connection: Connection, business: int) -> None:
    """Both sides', in the connection's transaction; Teremok has none, so that its months wait as drafts."""
    connection.execute(
        "INSERT INTO executor (jurisdiction, valid_from, details, vat_rate) VALUES ('ua', '2020-01-01', %s, %s)"
        " ON CONFLICT DO NOTHING",
        [Jsonb(_PLATFORM), VAT],
    )
    connection.execute(
        "INSERT INTO requisites (business_id, jurisdiction, language, details, complete)"
        " VALUES (%s, 'ua', 'uk', %s, true)",
        [business, Jsonb(_KAVALIER)],
    )


def issue_past(business: int, accountant: int, until: datetime) -> None:
    """Closes month after month as it would have been: an hour into the next. Workers make the files."""
    with unit_of_work(Scope(business)):
        zone, month = ZoneInfo(own_business().time_zone), first_month()
        while month and (closing := _closing(next_month(month), zone)) <= until:
            close_months(closing)
            month = next_month(month)
        acts = list(db.session.scalars(select(Act).where(Act.business_id == business_id()).order_by(Act.id)))
        # The latest is still to be sent, the one before it to be signed.
        for place, act in enumerate(reversed(acts)):
            _say(act, accountant, zone, min(place, 2))


def _closing(month: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(month, time(1), zone)


def _say(act: Act, user: int, zone: ZoneInfo, steps: int) -> None:
    """Sent a day after it was issued, signed five days later; only so many `steps`."""
    day = act.issued_at.astimezone(zone).date()
    for status, after in ((ActStatus.SENT, 1), (ActStatus.SIGNED, 6))[:steps]:
        said = {"status": status, "day": day + timedelta(after), "user_id": user}
        db.session.add(ActStanding(business_id=act.business_id, act_id=act.id, **said))
        db.session.flush()
