"""The proof that the audit log is whole, and when it was made last (PR-4).

Each line's hash covers the line before it, so a change or a gap is found by walking the chain. Lines removed from its
end leave no gap; so the last proof remembers where the chain ended then.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import BigInteger, ForeignKeyConstraint, LargeBinary, select
from sqlalchemy.orm import Mapped, mapped_column

from app.audit import AuditEntry, chain
from app.db import business_id
from app.extensions import Base, db
from app.lib import dates
from app.lib.columns import BusinessKey, Moment

MOST_AGE = timedelta(hours=24)
"""After which the proof is made anew."""
LONG = 20_000
"""Lines whose proof takes a second."""


class AuditCheck(Base):
    """What the last walk over a business's chain found."""

    __tablename__ = "audit_check"
    __table_args__ = (ForeignKeyConstraint(["business_id"], ["business.id"]),)

    business_id: Mapped[BusinessKey]
    at: Mapped[Moment]
    lines: Mapped[int] = mapped_column(BigInteger)
    """How many follow from each other, from the first one on."""
    last_line: Mapped[int | None] = mapped_column(BigInteger)
    """The number of its end when it was whole last, none of an empty log; no reference, as it is there to be missed."""
    last_hash: Mapped[bytes] = mapped_column(LargeBinary)
    broken_line: Mapped[int | None] = mapped_column(BigInteger)
    """The first line that does not follow, or that is gone from the end; none when the log is whole."""


def last_check() -> AuditCheck | None:
    """What was found last; None before the first time."""
    return db.session.get(AuditCheck, business_id())


def is_due() -> bool:
    """Whether the last proof is too old, or there is none."""
    known = last_check()
    return known is None or dates.now() - known.at > MOST_AGE


def is_long() -> bool:
    """Whether the log has more lines than a person would wait for."""
    lines = select(AuditEntry.id).where(AuditEntry.business_id == business_id()).order_by(AuditEntry.id)
    return db.session.scalar(lines.offset(LONG).limit(1)) is not None


def check_chain() -> AuditCheck:
    """Walks the whole chain of this business and keeps what it finds; half a minute for a million lines."""
    kept = last_check() or AuditCheck(business_id=business_id(), last_hash=b"")
    kept.lines, kept.broken_line = 0, _lost_end(kept)
    for entry, follows in chain():
        if not follows:
            kept.broken_line = entry.id
        if kept.broken_line is not None:
            break
        kept.lines, kept.last_line, kept.last_hash = kept.lines + 1, entry.id, entry.hash
    kept.at = dates.now()
    db.session.add(kept)
    db.session.flush()
    return kept


def _lost_end(kept: AuditCheck) -> int | None:
    """The line that the log ended with when it was whole last, if it is not there any more as it was."""
    if kept.last_line is None:
        return None
    end = select(AuditEntry.hash).where(AuditEntry.business_id == business_id(), AuditEntry.id == kept.last_line)
    return None if db.session.scalar(end) == kept.last_hash else kept.last_line
