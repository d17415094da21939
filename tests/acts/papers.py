"""What the tests of acts share: sides of each jurisdiction with right check digits, contents, months."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from app.acts.document import Content
from app.acts.lines import Line, total, vat_within
from app.acts.models import Act, ActFile, ActKind, Details, Jurisdiction
from app.acts.queries import last_day
from app.acts.services import keep_requisites, set_executor
from app.billing.models import ChargeKind, Tariff
from app.db import business_id, unit_of_work
from app.extensions import db
from app.scope import Scope
from tests.people import Shop

KYIV = ZoneInfo("Europe/Kyiv")
_SIGNED = {"authority": "Статут", "contract_number": "118/24", "contract_date": "2024-03-01"}
CUSTOMERS: dict[Jurisdiction, Details] = {
    Jurisdiction.UA: {
        **_SIGNED,
        "legal_name": "ТОВ «Кавалер Кава»",
        "address": "04071, м. Київ, вул. Верхній Вал, 18",
        "tax_id": "32855961",
        "vat_id": "328559626518",
        "account": "UA213223130000026007233566001",
        "bank": "АТ «Укрексімбанк»",
        "signatory": "Коваленко Анна Петрівна",
        "position": "директорка",
    },
    Jurisdiction.RU: {
        **_SIGNED,
        "legal_name": "ООО «Кавалер»",
        "address": "125009, г. Москва, ул. Тверская, 7",
        "tax_id": "7707083893",
        "kpp": "773601001",
        "ogrn": "1027700132195",
        "bank": "ПАО Сбербанк",
        "bik": "044525225",
        "account": "40702810200000000001",
        "correspondent": "30101810400000000225",
        "signatory": "Иванов Пётр Сергеевич",
        "position": "генеральный директор",
        "authority": "Устав",
    },
    Jurisdiction.KZ: {
        **_SIGNED,
        "legal_name": "ТОО «Кавалер Казахстан»",
        "address": "050000, г. Алматы, пр. Абая, 10",
        "tax_id": "940140000385",
        "kbe": "17",
        "bank": "АО «Народный Банк Казахстана»",
        "bik": "HSBKKZKX",
        "account": "KZ86125KZT5004100100",
        "signatory": "Ахметов Ерлан Нурланович",
        "position": "директор",
        "authority": "Устав",
    },
    Jurisdiction.OTHER: {
        **_SIGNED,
        "legal_name": "Kavalier Sp. z o.o.",
        "address": "ul. Prosta 1, 00-001 Warszawa, Poland",
        "tax_id": "KRS 0000123456",
        "vat_id": "PL5260001246",
        "bank": "PKO Bank Polski",
        "bik": "BPKOPLPW",
        "account": "PL61109010140000071219812874",
        "signatory": "Jan Kowalski",
        "position": "president of the board",
        "authority": "the Statute",
    },
}
PLACES = {
    Jurisdiction.UA: "м. Київ",
    Jurisdiction.RU: "г. Москва",
    Jurisdiction.KZ: "г. Алматы",
    Jurisdiction.OTHER: "London",
}
LANGUAGES = {Jurisdiction.UA: "uk", Jurisdiction.RU: "ru", Jurisdiction.KZ: "ru", Jurisdiction.OTHER: "en"}
CURRENCIES = {Jurisdiction.UA: "UAH", Jurisdiction.RU: "RUB", Jurisdiction.KZ: "KZT", Jurisdiction.OTHER: "EUR"}
LINES = (
    Line(ChargeKind.MONTHLY_FEE, -99_000, 1),
    Line(ChargeKind.TRANSACTION, -15, 31_842),
    Line(ChargeKind.TRANSACTION, -12, 4_000),
    Line(ChargeKind.SMS, -79, 6_120),
)


def executor(jurisdiction: Jurisdiction) -> Details:
    """The platform's side: another company of the same country."""
    customer = {name: text for name, text in CUSTOMERS[jurisdiction].items() if not name.startswith("contract")}
    return {**customer, "legal_name": f"Regulars {jurisdiction.upper()}", "place": PLACES[jurisdiction]}


def content(jurisdiction: Jurisdiction, lines: tuple[Line, ...] = LINES, **values: object) -> Content:
    found: dict[str, object] = {
        "jurisdiction": jurisdiction,
        "language": LANGUAGES[jurisdiction],
        "currency": CURRENCIES[jurisdiction],
        "month": date(2026, 10, 1),
        "dated": date(2026, 10, 31),
        "lines": lines,
        "vat": vat_within(total(lines), 2_000),
        "vat_rate": 2_000,
        "customer": CUSTOMERS[jurisdiction],
        "executor": executor(jurisdiction),
        "number": "2026-0011",
    }
    return Content(**{**found, **values})  # type: ignore[arg-type]


def add_act(
    month: date = date(2026, 1, 1), number: int = 1, file: bytes | None = b"%PDF-1.7 an act", **values: Any
) -> int:
    """An act that was issued, without anyone's having charged what it says."""
    lines = [line.kept() for line in LINES]
    kept = {
        "kind": ActKind.MONTHLY,
        "year": month.year,
        "dated": last_day(month),
        "issued_at": at(month.year + month.month // 12, month.month % 12 + 1, 1),
        "jurisdiction": Jurisdiction.UA,
        "language": "uk",
        "currency": "UAH",
        "total": total(LINES),
        "vat": vat_within(total(LINES), 2_000),
        "vat_rate": 2_000,
        "transactions": 35_842,
        "segments": 6_120,
        "lines": lines,
        "customer": CUSTOMERS[Jurisdiction.UA],
        "executor": executor(Jurisdiction.UA),
    }
    act = Act(business_id=business_id(), month=month, number=number, **{**kept, **values})
    db.session.add(act)
    db.session.flush()
    if file is not None:
        db.session.add(
            ActFile(business_id=act.business_id, act_id=act.id, content=file, sha256=hashlib.sha256(file).digest())
        )
    return act.id


def write_executor(jurisdiction: Jurisdiction = Jurisdiction.UA, vat: int | None = 2_000) -> None:
    """Outside of any business."""
    with unit_of_work(Scope(None)):
        set_executor(jurisdiction, date(2020, 1, 1), executor(jurisdiction), vat)


def ready(shop: Shop, since: datetime | None = None, prices: tuple[int, int, int, int] = (99_000, 12, 79, 45)) -> None:
    """A business whose months can be closed: a tariff since then, both sides' requisites."""
    with shop.app.app_context():
        write_executor()
    with shop.work():
        keep_requisites(Jurisdiction.UA, "uk", CUSTOMERS[Jurisdiction.UA])
        add_tariff(since or at(2026, 1, 1), prices)


def add_tariff(since: datetime, prices: tuple[int, int, int, int]) -> None:
    names = ("monthly_fee", "transaction_price", "sms_price", "viber_price")
    db.session.add(Tariff(business_id=business_id(), valid_from=since, **dict(zip(names, prices, strict=True))))


def at(year: int, month: int, day: int, hour: int = 12, zone: ZoneInfo = KYIV) -> datetime:
    return datetime.combine(date(year, month, day), time(hour), zone).astimezone(UTC)
