"""Letters of the platform to the people of a business, each handed over at most once (BI-2).

It is unknown from the commit before it is handed over until what was answered is written down: a worker that dies in
between leaves it so, and nobody sends it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from app.accounts.models import User
from app.db import business_id, unit_of_work
from app.extensions import db
from app.lib import dates
from app.messaging.gateways import gateway_to_users, hand_over
from app.messaging.gateways.base import Answer, Fate, Gateway, Outgoing
from app.messaging.models import Channel, MessageStatus, Reason, UserLetter
from app.messaging.services.browsers import subscriptions_of_user
from app.scope import Scope

AGAIN = timedelta(minutes=1)
"""After which one that was not taken is tried again, twice as late each time."""
LIVES = timedelta(hours=12)
"""A letter is of no use later: the balance is another by then."""


@dataclass(frozen=True)
class Written:
    """What a person is told, by each of its channels."""

    title: str
    text: str
    language: str


def write_to_user(user: User, channels: Sequence[Channel], written: Written) -> None:
    """Writes it in the unit of work of its cause; ways on which the person cannot be reached are left out."""
    addresses = {Channel.EMAIL: user.email, Channel.SMS: user.phone}
    for channel in channels:
        if addresses.get(channel, "") or channel is Channel.PUSH:
            db.session.add(
                UserLetter(
                    business_id=business_id(),
                    user_id=user.id,
                    channel=channel,
                    address=addresses.get(channel, ""),
                    title=written.title,
                    text=written.text,
                    language=written.language,
                    status=MessageStatus.QUEUED,
                    due_at=dates.now(),
                )
            )


def send_to_users(scope: Scope) -> int:
    """Hands over what is due in a business, with no transaction open meanwhile; answers with how many."""
    number = 0
    with unit_of_work(scope):
        _lapse()
    while (taken := _take_up(scope)) is not None:
        letter_id, gateway, outgoing = taken
        answer = hand_over(gateway, [outgoing])[0] if gateway else None
        with unit_of_work(scope):
            _write_down(letter_id, answer)
        number += 1
    return number


def _lapse() -> None:
    """Gives up what lay too long, as where no worker ran."""
    late = update(UserLetter).where(UserLetter.business_id == business_id(), UserLetter.due_at.is_not(None))
    done = late.where(UserLetter.created_at < dates.now() - LIVES)
    db.session.execute(done.values(status=MessageStatus.FAILED, reason=Reason.LATE, due_at=None))


def _take_up(scope: Scope) -> tuple[int, Gateway | None, Outgoing] | None:
    """A due letter, its gateway (None where it would be the simulator), and what that is handed."""
    due = select(UserLetter).where(UserLetter.due_at <= dates.now()).order_by(UserLetter.due_at, UserLetter.id)
    with unit_of_work(scope):
        mine = due.where(UserLetter.business_id == business_id())
        letter = db.session.scalars(mine.with_for_update(skip_locked=True).limit(1)).first()
        if letter is None:
            return None
        gateway = gateway_to_users(letter.channel)
        letter.status, letter.reason, letter.due_at = MessageStatus.UNKNOWN, Reason.NO_ANSWER, None
        letter.attempts += 1
        return letter.id, gateway, _outgoing(letter)


def _outgoing(letter: UserLetter) -> Outgoing:
    return Outgoing(
        reference=f"{letter.business_id}-u{letter.id}",
        channel=letter.channel,
        to=letter.address,
        subscriptions=subscriptions_of_user(letter.user_id) if letter.channel is Channel.PUSH else (),
        sender="",
        title=letter.title,
        text=letter.text,
        language=letter.language,
        valid_until=letter.created_at + LIVES,
    )


def _write_down(letter_id: int, answer: Answer | None) -> None:
    letter = db.session.get_one(UserLetter, (business_id(), letter_id), with_for_update=True)
    if answer is None or answer.fate is Fate.ACCEPTED:
        letter.status, letter.reason, letter.simulated = MessageStatus.SENT, "", answer is None
    elif answer.fate is Fate.REFUSED:
        letter.status, letter.reason = MessageStatus.FAILED, answer.reason or Reason.REFUSED
    elif answer.fate is not Fate.UNKNOWN:
        _put_off(letter)


def _put_off(letter: UserLetter) -> None:
    """It goes again later, unless it is of no use by then."""
    again = dates.now() + AGAIN * 2 ** min(letter.attempts - 1, 8)
    late = again > letter.created_at + LIVES
    letter.status = MessageStatus.FAILED if late else MessageStatus.QUEUED
    letter.reason, letter.due_at = (Reason.LATE, None) if late else ("", again)
