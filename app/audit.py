"""The audit log: who changed what, when, from where; append-only and chained by hash (PR-4).

Old and new values, which can be personal, lie in a side table that an erasure empties. The chain covers their
salted hashes, so it still proves the log unbroken when the values are gone.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Row,
    Text,
    func,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import business_id, current_scope
from app.extensions import Base, db
from app.lib.columns import BusinessKey, Created, Id, Words

Changes = Mapping[str, tuple[object, object]]
"""Field → (old value, new value)."""


_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


class AuditEntry(Base):
    """One change that a person made."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        ForeignKeyConstraint(["business_id", "api_key_id"], ["api_key.business_id", "api_key.id"]),
        # It is read newest first, of one thing, person, action or kind of thing, or from a day on.
        Index("audit_entry_subject_at_idx", "business_id", "subject_kind", "subject_id", "at", "id"),
        Index(None, "business_id", "user_id", "at", "id"),
        Index(None, "business_id", "action", "at", "id"),
        Index(None, "business_id", "subject_kind", "at", "id"),
        Index(None, "business_id", "at", "id"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    at: Mapped[Created]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    api_key_id: Mapped[int | None] = mapped_column(BigInteger)
    """The key of the program that did it (AP-1); without a user and a key it was the platform."""
    address: Mapped[Words]
    action: Mapped[str] = mapped_column(Text)
    subject_kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[int] = mapped_column(BigInteger)
    fields: Mapped[dict[str, str]] = mapped_column(JSONB)
    """Field → SHA-256 of its salted old and new value."""
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class AuditValue(Base):
    """The old and new value of a field, until an erasure takes them."""

    __tablename__ = "audit_value"
    __table_args__ = (ForeignKeyConstraint(["business_id", "entry_id"], ["audit_entry.business_id", "audit_entry.id"]),)

    business_id: Mapped[BusinessKey]
    entry_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    field: Mapped[str] = mapped_column(Text, primary_key=True)
    old: Mapped[object] = mapped_column(JSONB)
    new: Mapped[object] = mapped_column(JSONB)
    salt: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True)
class Subject:
    """What was changed: a kind, such as point_of_sale, and its id."""

    kind: str
    id: int


def record(action: str, subject: Subject, changes: Changes) -> None:
    """Adds a line for what the person of this scope did. Call it last: it holds the business's chain until commit."""
    salted = {
        field: (secrets.token_hex(16), _plain(old), _plain(new)) for field, (old, new) in changes.items() if old != new
    }
    fields = {field: salted_hash(*values) for field, values in salted.items()}
    db.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('audit', :business))"),
        {"business": business_id()},
    )
    entry = _entry(action, subject, fields)
    db.session.add(entry)
    db.session.flush()
    for field, (salt, old, new) in salted.items():
        db.session.add(
            AuditValue(business_id=entry.business_id, entry_id=entry.id, field=field, old=old, new=new, salt=salt)
        )


def changes_of(row: object, values: Mapping[str, object]) -> dict[str, tuple[object, object]]:
    """What of `values` differs from the row's attributes, as old and new."""
    return {field: (getattr(row, field), value) for field, value in values.items() if getattr(row, field) != value}


def salted_hash(salt: str, old: object, new: object) -> str:
    return hashlib.sha256(_canonical([salt, old, new])).hexdigest()


def chain_hash(entry: Any) -> bytes:
    """The hash that stands for this entry and, by the previous hash, for all before it in the business."""
    content = [
        entry.business_id,
        entry.at.astimezone(UTC).isoformat(),
        entry.user_id,
        entry.address,
        entry.action,
        entry.subject_kind,
        entry.subject_id,
        entry.fields,
        # Lines from before there were keys have none, and their hashes stand.
        *([entry.api_key_id] if entry.api_key_id is not None else []),
    ]
    return hashlib.sha256(entry.previous_hash + _canonical(content)).digest()


def chain() -> Iterator[tuple[Row[Any], bool]]:
    """Every entry of this business, oldest first, and whether its hash follows from those before."""
    previous = b""
    # As plain rows, read piece by piece: there may be millions.
    entries = select(*AuditEntry.__table__.c).where(AuditEntry.business_id == business_id()).order_by(AuditEntry.id)
    for entry in db.session.execute(entries.execution_options(yield_per=5000)):
        yield entry, entry.previous_hash == previous and chain_hash(entry) == entry.hash
        previous = entry.hash


def first_broken_entry() -> int | None:
    """The id of the first entry of this business whose hash does not follow from those before; None when whole."""
    return next((entry.id for entry, follows in chain() if not follows), None)


def _entry(action: str, subject: Subject, fields: dict[str, str]) -> AuditEntry:
    scope = current_scope()
    entry = AuditEntry(
        business_id=business_id(),
        at=_now(),
        user_id=scope.user_id,
        api_key_id=scope.api_key_id,
        address=scope.address,
        action=action,
        subject_kind=subject.kind,
        subject_id=subject.id,
        fields=fields,
        previous_hash=_last_hash(),
    )
    entry.hash = chain_hash(entry)
    return entry


def _last_hash() -> bytes:
    # By a function, as a location operator does not see the lines of others.
    return db.session.scalar(select(func.newest_audit_hash())) or b""


def _now() -> datetime:
    moment: datetime = db.session.execute(select(func.clock_timestamp())).scalar_one()
    return moment


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date | time) else value


def _canonical(content: Any) -> bytes:
    return _ENCODER.encode(content).encode()
