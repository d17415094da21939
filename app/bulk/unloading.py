"""All customers of a business as a CSV, for its support alone and never in the clear (CT-11).

It is read through a cursor of the server and encrypted as it is read: a million customers take no more memory than a
thousand, and the file on the disk is of no use to who has not the key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyrage
from sqlalchemy import Row, select, text

from app.businesses.models import Business
from app.businesses.queries import own_business
from app.customers.models import ConsentKind
from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.lib.decimals import plain
from app.lib.formats import precision
from app.lib.sheets import Amount, Cell, Phone, csv_pieces
from app.loyalty.models import Access, Category, FieldKind, Program, Wallet, WalletKind
from app.loyalty.queries import Question, every_question

AT_ONCE = 2_000
"""Customers that are fetched together."""
POINT_DIGITS = 2
_ROWS = text(
    """
    SELECT c.id, c.merged_into_id, c.phone, c.first_name, c.last_name, c.email, c.birthday, c.language,
        c.registered_at, p.name AS place, c.confirmed, c.app_installed,
        s.sales_count, s.amount, s.average, s.first_at, s.last_at, h.coupons, h.offers,
        (SELECT string_agg(k.number, ' ' ORDER BY k.id) FROM card k
            WHERE k.business_id = :business AND k.customer_id = c.id) AS cards,
        (SELECT string_agg(t.key || ' = ' || t.value, '; ' ORDER BY t.key) FROM tag t
            WHERE t.business_id = :business AND t.customer_id = c.id) AS tags,
        (SELECT jsonb_object_agg(e.program_id, jsonb_build_array(e.category_id, e.access)) FROM enrolment e
            WHERE e.business_id = :business AND e.customer_id = c.id) AS programs,
        (SELECT jsonb_object_agg(b.wallet_id, b.amount) FROM balance b
            WHERE b.business_id = :business AND b.customer_id = c.id) AS wallets,
        (SELECT jsonb_object_agg(a.field_id, coalesce(a.words, a.number::text, a.day::text, a.yes::text,
            a.choice_id::text)) FROM answer a
            WHERE a.business_id = :business AND a.customer_id = c.id) AS answers,
        (SELECT jsonb_object_agg(n.kind, n.granted) FROM consent n
            WHERE n.business_id = :business AND n.customer_id = c.id) AS consents
    FROM customer c
    LEFT JOIN point_of_sale p ON p.business_id = :business AND p.id = c.registered_point_of_sale_id
    LEFT JOIN customer_stats s ON s.business_id = :business AND s.customer_id = c.id AND s.scope_id = (
        SELECT w.id FROM stats_scope w WHERE w.business_id = :business AND w.program_id IS NULL
            AND w.franchisee_id IS NULL AND w.point_of_sale_id IS NULL AND w.terminal_id IS NULL)
    LEFT JOIN customer_holding h ON h.business_id = :business AND h.customer_id = c.id
    WHERE c.business_id = :business AND c.erased_at IS NULL
    ORDER BY c.id
    """
)
_NUMBER = text("SELECT count(*) FROM customer WHERE business_id = :business AND erased_at IS NULL")
HEAD = (
    *("number", "merged_into", "phone", "first_name", "last_name", "email", "birthday", "language", "cards"),
    *("registered_at", "registered_at_point_of_sale", "confirmed_participation", "app_installed"),
    *("sales", "amount", "average_check", "first_purchase", "last_purchase", "coupons", "offers", "tags"),
)


def customers_known() -> int:
    """How many records an unloading has now, those that were merged into others among them."""
    return int(db.session.execute(_NUMBER, {"business": business_id()}).scalar_one())


def unload(target: Path, recipients: Sequence[Any]) -> None:
    """Writes the file, readable by its owner alone; it is there once it is whole. Raises FileExistsError, OSError."""
    if target.exists():
        raise FileExistsError(target)
    draft = target.with_name(target.name + ".part")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600, exist_ok=False)
    try:
        with draft.open("wb") as file:
            pyrage.encrypt_io(_Reader(_pieces()), file, list(recipients))
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)


def recipient(key: str) -> Any:
    """A public key of age, or of SSH. Raises ValueError."""
    kind = pyrage.ssh.Recipient if key.startswith("ssh-") else pyrage.x25519.Recipient
    try:
        return kind.from_str(key.strip())
    except pyrage.RecipientError:
        raise ValueError(f"{key} is no public key: age1…, ssh-ed25519 … or ssh-rsa …") from None


def _pieces() -> Iterator[bytes]:
    known = _Known.of_business()
    values, streamed = {"business": business_id()}, {"yield_per": AT_ONCE}
    rows = db.session.execute(_ROWS, values, execution_options=streamed)
    return csv_pieces(known.head(), (known.cells(row) for row in rows))


class _Reader:
    """Pieces as a file that is read."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._piece = pieces, BytesIO()

    def read(self, size: int = -1) -> bytes:
        while not (found := self._piece.read(size)):
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._piece = BytesIO(piece)
        return found


@dataclass(frozen=True)
class _Known:
    """What rows name by numbers: a column each, or a word."""

    business: Business
    programs: Sequence[Program]
    categories: Mapping[int, str]
    wallets: Sequence[Wallet]
    questions: Sequence[Question]
    choices: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def of_business(cls) -> _Known:
        programs, wallets, categories = (_all(kind) for kind in (Program, Wallet, Category))
        questions = every_question()
        choices = {choice.id: choice.name for each in questions for choice in each.choices}
        names = {each.id: each.name for each in categories}
        return cls(own_business(), programs, names, wallets, questions, choices)

    def head(self) -> list[str]:
        programs = [f"{what}: {each.title}" for each in self.programs for what in ("category", "access")]
        wallets = [f"{each.kind}: {each.name}" for each in self.wallets]
        consents = [f"consent: {kind.name.lower()}" for kind in ConsentKind]
        return [*HEAD, *programs, *wallets, *consents, *(f"answer: {each.name}" for each in self.questions)]

    def cells(self, row: Row[Any]) -> list[Cell]:
        programs, wallets, answers = row.programs or {}, row.wallets or {}, row.answers or {}
        return [
            *self._identity(row),
            *self._figures(row),
            *(cell for each in self.programs for cell in self._enrolment(programs.get(str(each.id)))),
            *(self._amount(each, wallets.get(str(each.id), 0)) for each in self.wallets),
            *(_consent((row.consents or {}).get(str(int(kind)))) for kind in ConsentKind),
            *(self._answer(each, answers.get(str(each.id))) for each in self.questions),
        ]

    def _identity(self, row: Row[Any]) -> list[Cell]:
        names = (row.first_name, row.last_name, row.email, row.birthday or "", row.language, row.cards or "")
        registered = (self._moment(row.registered_at), row.place or "", _yes(row.confirmed), _yes(row.app_installed))
        return [row.id, row.merged_into_id or "", Phone(row.phone), *names, *registered]

    def _figures(self, row: Row[Any]) -> list[Cell]:
        digits = precision(self.business.currency)
        money = [Amount(value or 0, digits) for value in (row.amount, row.average)]
        bought = (self._moment(row.first_at), self._moment(row.last_at))
        return [row.sales_count or 0, *money, *bought, row.coupons or 0, row.offers or 0, row.tags or ""]

    def _enrolment(self, kept: Sequence[int] | None) -> tuple[str, str]:
        return (self.categories[kept[0]], Access(kept[1]).name.lower()) if kept else ("", "")

    def _amount(self, wallet: Wallet, value: int) -> Amount:
        return Amount(value, POINT_DIGITS if wallet.kind == WalletKind.POINTS else precision(self.business.currency))

    def _answer(self, question: Question, kept: str | None) -> str:
        if kept is None:
            return ""
        if question.kind is FieldKind.NUMBER:
            return plain(int(kept))
        return self.choices[int(kept)] if question.kind is FieldKind.CHOICE else kept

    def _moment(self, moment: datetime | None) -> str:
        if moment is None or moment == dates.NEVER:
            return ""
        return moment.astimezone(ZoneInfo(self.business.time_zone)).isoformat(timespec="seconds")


def _all(kind: Any) -> Sequence[Any]:
    return db.session.scalars(select(kind).where(kind.business_id == business_id()).order_by(kind.id)).all()


def _consent(granted: bool | None) -> str:
    return "" if granted is None else _yes(granted)


def _yes(value: bool) -> str:
    return "yes" if value else "no"
