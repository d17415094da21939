"""An act as its document shows it: everything in words of its language, for a template of its jurisdiction (BI-4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from babel.dates import format_date
from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from app.acts import words
from app.acts.jurisdictions import Entry, numbers_of
from app.acts.lines import Line, total
from app.acts.models import Act, ActKind, Details, Jurisdiction
from app.acts.pdf import pdf, printable
from app.acts.queries import last_day
from app.lib import formats


@dataclass(frozen=True)
class Content:
    """What an act says, issued or not."""

    jurisdiction: Jurisdiction
    language: str
    currency: str
    month: date
    dated: date
    lines: tuple[Line, ...]
    vat: int
    vat_rate: int | None
    customer: Details
    executor: Details
    number: str = ""
    """Blank on a draft."""
    kind: ActKind = ActKind.MONTHLY
    corrects: str = ""
    corrects_dated: date | None = None
    corrected_total: int = 0
    """What all acts of the month come to together, on a correction of requisites."""
    missing: tuple[Entry, ...] = field(default=())

    @property
    def draft(self) -> bool:
        return not self.number


def content_of(act: Act, corrected: Act | None, of_month: int = 0) -> Content:
    """What an issued act says, by its own row alone and that of the one it corrects."""
    return Content(
        Jurisdiction(act.jurisdiction),
        act.language,
        act.currency,
        act.month,
        act.dated,
        tuple(Line.from_kept(line) for line in act.lines),
        act.vat,
        act.vat_rate,
        act.customer,
        act.executor,
        act.words,
        act.kind,
        corrected.words if corrected else "",
        corrected.dated if corrected else None,
        of_month,
    )


def html_of(content: Content) -> str:
    with force_locale(content.language):
        page = current_app.jinja_env.get_template(f"acts/document/{content.jurisdiction}.html")
        return page.render(act=Sheet(content))


def pdf_of(content: Content, business: int) -> bytes:
    return pdf(html_of(content), f"act {business} {content.number or content.month.isoformat()}")


@dataclass(frozen=True)
class Row:
    """A line as it is read."""

    service: str
    unit: str
    quantity: str
    price: str
    amount: str


class Party:
    """One side of the act."""

    def __init__(self, details: Details, jurisdiction: Jurisdiction) -> None:
        self.details = details
        entries = numbers_of(jurisdiction)
        said = ((each, details.get(each.name, "")) for each in entries)
        self.numbers = [(each.name_of(text), text) for each, text in said if text]

    def __getattr__(self, name: str) -> str:
        """What is said under this name; '' for what nobody has said."""
        return self.details.get(name, "")


class Sheet:
    """What templates read; made and read while the act's language is in force."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.language, self.number, self.draft = content.language, content.number, content.draft
        self.currency, self.kind = content.currency, content.kind.name
        self.executor = Party(content.executor, content.jurisdiction)
        self.customer = Party(content.customer, content.jurisdiction)
        self.missing = [str(each.label) for each in content.missing]
        self.sum = total(content.lines)

    @property
    def place(self) -> str:
        return self.executor.place

    @property
    def dated(self) -> str:
        return self.day(self.content.dated)

    @property
    def first(self) -> str:
        return self.day(self.content.month)

    @property
    def last(self) -> str:
        return self.day(last_day(self.content.month))

    @property
    def last_short(self) -> str:
        return f"{last_day(self.content.month):%d.%m.%Y}"

    @property
    def month(self) -> str:
        return formats.month(self.content.month, self.language)

    @property
    def contract(self) -> str:
        """Number and date, as far as they are known; a line to write on where neither is."""
        number, day = self.customer.contract_number, self.customer.contract_date
        said = [_("No. %(number)s", number=number)] if number else []
        said += [_("of %(day)s", day=self.day(date.fromisoformat(day)))] if day else []
        return " ".join(said) or "________________"

    @property
    def corrects(self) -> str:
        day = self.content.corrects_dated
        return _("No. %(number)s of %(day)s", number=self.content.corrects, day=self.day(day)) if day else ""

    @property
    def rows(self) -> list[Row]:
        return [
            Row(
                words.service(line.kind, printable(line.note)),
                words.unit(line.kind),
                formats.number(line.quantity, self.language),
                self.money(line.price),
                self.money(line.amount),
            )
            for line in self.content.lines
        ]

    @property
    def quantity(self) -> str:
        """All lines together, where they count the same."""
        same = len({row.unit for row in self.rows}) == 1
        return formats.number(sum(line.quantity for line in self.content.lines), self.language) if same else "×"

    @property
    def net(self) -> str:
        return self.money(self.sum - self.content.vat)

    @property
    def vat(self) -> str:
        """The amount; '' where there is none."""
        return "" if self.content.vat_rate is None else self.money(self.content.vat)

    @property
    def vat_label(self) -> str:
        """VAT with its rate, or why there is none."""
        rate = self.content.vat_rate
        if rate is None:
            return self.executor.vat_reason or _("Without VAT")
        whole, part = divmod(rate, 100)
        return _("VAT %(rate)s", rate=f"{whole}{f',{part:02}'.rstrip('0') if part else ''}%")

    @property
    def total(self) -> str:
        return self.money(self.sum)

    @property
    def corrected_total(self) -> str:
        return self.money(self.content.corrected_total)

    @property
    def in_words(self) -> str:
        return words.amount_in_words(self.sum, self.currency)

    def money(self, amount: int) -> str:
        return "".join(formats.minor(amount, self.language, formats.precision(self.currency)))

    def day(self, day: date) -> str:
        """As the language's papers have it: with the word for year in Ukrainian and Russian. It stays on one line."""
        words = str(format_date(day, "d MMMM y" if self.language == "en" else "long", locale=self.language))
        return words.replace(" ", "\xa0")
