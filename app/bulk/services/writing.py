"""The messages of a chunk, written with what they tell of: each once, and none dearer than it was quoted (BA-1)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from app.bulk.models import Batch
from app.bulk.registry import Claim, action_named, wording_for
from app.bulk.services.composing import PAID, Composed, compose
from app.bulk.telling import Wording
from app.businesses.models import Terminal
from app.db import business_id
from app.extensions import db
from app.lib.arrays import as_array
from app.messaging.models import Channel, MessageKind, Reason
from app.messaging.services import Addressed, Letter, stop_messages, write_to_many
from app.messaging.services.reaching import Route
from app.messaging.services.writing import lasts

_DIFFERING = text(
    "SELECT customer_id, segments FROM batch_item WHERE business_id = :business AND batch_id = :batch"
    " AND customer_id = ANY(:customers) AND segments IS NOT NULL"
)


def tell(claim: Claim) -> None:
    """Writes to those of a chunk, once it is done to them. What the preview did not tell of is not sent, nor what waits
    to tell of something that this takes back.
    """
    if claim.batch.undoes_id is not None and action_named(claim.batch.action).telling is not None:
        stop_messages([f"batch:{claim.batch.undoes_id}:{each}" for each in claim.customers])
    wording, said = wording_for(claim.batch), claim.batch.foreseen.get("message")
    if wording is None or said is None:
        return
    quoted = _quoted(claim, said["usual"])
    place, terminal = _place(claim.batch)
    reached = [each for each in compose(wording, claim.customers, late=claim.late) if each.reached]
    until = wording.ends_at or claim.at + lasts(MessageKind.BULK)
    batch, price = claim.batch.id, int(said["price"])
    letters = [_letter(batch, wording, each, quoted[each.customer_id], price, until) for each in reached]
    write_to_many(
        [
            Addressed(each.customer_id, letter, place, terminal, claim.batch.user_id)
            for each, letter in zip(reached, letters, strict=True)
        ],
        [each.units for each in reached],
    )


def _letter(batch: int, wording: Wording, composed: Composed, units: int, price: int, until: datetime) -> Letter:
    """What was quoted to cost nothing does not come to cost something."""
    route = composed.route if units or composed.route not in PAID else _FOR_NOTHING[composed.route]
    return Letter(
        *(MessageKind.BULK, _channel(wording, route), composed.text, composed.language),
        f"batch:{batch}:{composed.customer_id}",
        composed.title,
        wording.program.id,
        valid_until=until,
        ends_at=wording.ends_at,
        smart=route == Route.PUSH_OR_SMS,
        quoted=price * units,
        rejected=_REJECTED.get(route, ""),
    )


_FOR_NOTHING: dict[str, str] = {
    Route.PUSH_OR_SMS: Route.PUSH,
    Route.SMS: Route.UNCONFIRMED,
    Route.VIBER: Reason.NO_ADDRESS,
}
_REJECTED: dict[str, str] = {Route.UNCONFIRMED: Reason.NOT_CONFIRMED, Reason.NO_ADDRESS: Reason.NO_ADDRESS}


def _channel(wording: Wording, route: str) -> Channel:
    """SMART is an SMS at once to whom no push reaches (BA-2)."""
    return Channel.SMS if route in (Route.SMS, Route.UNCONFIRMED) else wording.way.channel


def _quoted(claim: Claim, usual: int) -> dict[int, int]:
    differing = {"business": business_id(), "batch": claim.batch.id, "customers": as_array(claim.customers)}
    rows = {row.customer_id: row.segments for row in db.session.execute(_DIFFERING, differing)}
    return {each: rows.get(each, usual) for each in claim.customers}


def _place(batch: Batch) -> tuple[int | None, int | None]:
    """Where the action counts as having happened, of one that does."""
    number = batch.values.get("terminal")
    if number is None:
        return None, None
    terminal = db.session.get_one(Terminal, (business_id(), number))
    return terminal.point_of_sale_id, terminal.id
