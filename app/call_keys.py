"""Each write by the API is carried out once: its Idempotency-Key goes in first, a twin waits for it and gets the same
answer (AP-1, RELIABILITY). A call that is refused keeps no key, as nothing was done: it can be sent again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from flask import Response
from sqlalchemy import (
    BigInteger,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    func,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import ask, business_id, current_scope, unit_of_work
from app.extensions import Base, db
from app.lib import dates
from app.lib.columns import BusinessKey, Created
from app.problems import CallProblem
from app.scope import Scope

HEADER = "Idempotency-Key"
KEPT = timedelta(days=30)
LONGEST = 255
_KEY = re.compile(f"[!-~]{{1,{LONGEST}}}")


class CallKey(Base):
    """The Idempotency-Key of a call that was carried out, with what it was answered."""

    __tablename__ = "call_key"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "api_key_id"], ["api_key.business_id", "api_key.id"]),
        ForeignKeyConstraint(["business_id", "customer_id"], ["customer.business_id", "customer.id"]),
        Index(None, "created_at"),
        Index(None, "business_id", "customer_id", postgresql_where=text("customer_id IS NOT NULL")),
    )

    business_id: Mapped[BusinessKey]
    api_key_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None] = mapped_column(SmallInteger)
    body: Mapped[str | None] = mapped_column(Text)
    """JSON; None once the customer that it tells of was erased."""
    location: Mapped[str | None] = mapped_column(Text)
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    """Whom the answer tells of."""
    created_at: Mapped[Created]


@dataclass(frozen=True)
class Taken:
    """A key that a call is being carried out under."""

    key: str

    def remember(self, response: Response, customer_id: int | None) -> None:
        """Keeps the answer, in the same transaction as what was done."""
        row = {"status": response.status_code, "body": response.get_data(as_text=True), "location": response.location}
        ask(_ANSWER, {**_mine(self.key), **row, "customer": customer_id})


_TAKE = text(
    "INSERT INTO call_key (business_id, api_key_id, key, request_hash) VALUES (:business, :caller, :key, :hash)"
    " ON CONFLICT DO NOTHING RETURNING key"
)
_ANSWER = text(
    "UPDATE call_key SET status = :status, body = :body, location = :location, customer_id = :customer"
    " WHERE business_id = :business AND api_key_id = :caller AND key = :key"
)


def key_of(header: str | None) -> str:
    """The key of a call. Raises CallProblem for one that has none."""
    if header is None:
        raise CallProblem(400, "idempotency-key-missing", f"Send a key of your own as {HEADER}: it is done once.")
    if not _KEY.fullmatch(header):
        raise CallProblem(
            400, "idempotency-key-wrong", f"{HEADER} has 1 to {LONGEST} visible characters of ASCII, such as a UUID."
        )
    return header


def take(key: str, content: bytes) -> Taken | Response:
    """The key, taken for this call; the answer that the same call got before, where it was carried out already.

    `content` is the hash of the call. Raises CallProblem when the key came with another.
    """
    # A twin in flight waits here until the first is committed or rolled back.
    if ask(_TAKE, {**_mine(key), "hash": content}):
        return Taken(key)
    known = db.session.get_one(CallKey, (business_id(), current_scope().api_key_id, key))
    if known.status is None or known.body is None:
        raise CallProblem(410, "answer-erased", "This was done before. Its answer is gone with the customer's data.")
    if known.request_hash != content:
        raise CallProblem(422, "idempotency-key-reused", f"This {HEADER} came before with another request.")
    return _again(known)


def forget_answers_about(customer_id: int) -> None:
    """Empties what tells of an erased customer, a hash that could be guessed too; that it was done stays (CP-8)."""
    mine = update(CallKey).where(CallKey.business_id == business_id(), CallKey.customer_id == customer_id)
    db.session.execute(mine.values(body=None, request_hash=b""))


def forget_old() -> int:
    """Removes keys past their time, some thousand at once; answers with their number."""
    with unit_of_work(Scope(None)):
        return int(db.session.execute(select(func.forget_call_keys(dates.now() - KEPT))).scalar_one())


def _again(known: CallKey) -> Response:
    headers = {"Idempotency-Replayed": "true"} | ({"Location": known.location} if known.location else {})
    return Response(known.body, known.status, headers, content_type="application/json")


def _mine(key: str) -> dict[str, object]:
    return {"business": business_id(), "caller": current_scope().api_key_id, "key": key}
