"""The messages of a chunk, written with what they tell of: each once, and none dearer than it was quoted (BA-1)."""

from __future__ import annotations

from sqlalchemy import select

from app.bulk.models import Batch, BatchItem
from app.bulk.registry import Claim, wording_for
from app.bulk.services.composing import PAID, Composed, compose
from app.bulk.telling import Wording
from app.businesses.models import Terminal
from app.db import business_id
from app.extensions import db
from app.messaging.models import Channel, MessageKind
from app.messaging.services import Addressed, Letter, write_to_many
from app.messaging.services.reaching import Route


def tell(claim: Claim) -> None:
    """Writes to those of a chunk, once it is done to them. What the preview did not tell of is not sent."""
    wording, said = wording_for(claim.batch), claim.batch.foreseen.get("message")
    if wording is None or said is None:
        return
    quoted = _quoted(claim, said["usual"])
    composed = compose(wording, claim.customers, late=claim.late)
    place, terminal = _place(claim.batch)
    write_to_many(
        [
            Addressed(each.customer_id, letter, place, terminal, claim.batch.user_id)
            for each in composed
            if (letter := _letter(claim.batch, wording, each, quoted[each.customer_id], said["price"]))
        ]
    )


def _letter(batch: Batch, wording: Wording, composed: Composed, units: int, price: int) -> Letter | None:
    """None for who is not reached, and for who could only be for money where the preview saw no way to him."""
    route = composed.route
    if route == Route.PUSH_OR_SMS and not units:
        route = Route.PUSH
    if not composed.reached or (route in PAID and not units):
        return None
    return Letter(
        *(MessageKind.BULK, _channel(wording, route), composed.text, composed.language),
        f"batch:{batch.id}:{composed.customer_id}",
        composed.title,
        wording.program.id,
        ends_at=wording.ends_at,
        smart=route == Route.PUSH_OR_SMS,
        quoted=price * units,
    )


def _channel(wording: Wording, route: str) -> Channel:
    """SMART is an SMS at once to whom no push reaches (BA-2)."""
    return Channel.SMS if route in (Route.SMS, Route.UNCONFIRMED) else wording.way.channel


def _quoted(claim: Claim, usual: int) -> dict[int, int]:
    mine = select(BatchItem.customer_id, BatchItem.segments).where(
        BatchItem.business_id == business_id(),
        BatchItem.batch_id == claim.batch.id,
        BatchItem.customer_id.in_(claim.customers),
    )
    return {row.customer_id: usual if row.segments is None else row.segments for row in db.session.execute(mine)}


def _place(batch: Batch) -> tuple[int | None, int | None]:
    """Where the action counts as having happened, of one that does."""
    number = batch.values.get("terminal")
    if number is None:
        return None, None
    terminal = db.session.get_one(Terminal, (business_id(), number))
    return terminal.point_of_sale_id, terminal.id
