"""Writing down what a gateway said of messages that it was handed."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import text

from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.messaging.gateways.base import Answer, Fate, Gateway
from app.messaging.models import MessageStatus, Reason, Step
from app.messaging.services.judging import Claimed, Verdict
from app.messaging.services.outcomes import end, hold_rows, move
from app.messaging.services.pacing import pause, recover
from app.messaging.services.spending import charge

ASK_AFTER = timedelta(seconds=30)
LONGEST_BACKOFF = 300.0
LONGEST_REASON = 200
AGAIN = frozenset({Fate.THROTTLED, Fate.FAILED_BEFORE})
Answers = Mapping[Claimed, Answer]

# A push of SMART stays until it is delivered. What a receipt told meanwhile stands: a status only moves forward.
_LEFT = text(
    """
    WITH given AS (
        SELECT id FROM unnest(CAST(:messages AS bigint[])) g (id) WHERE g.id % 1 = 0
    ), gone AS (
        DELETE FROM message_outbox o USING given WHERE o.business_id = :business AND o.message_id = given.id
            AND (o.token = :token OR o.step = 6) AND NOT o.smart
        RETURNING 1
    ), watched AS (
        UPDATE message_outbox o SET step = 5, token = NULL, due_at = o.fallback_at
        FROM given WHERE o.business_id = :business AND o.message_id = given.id AND o.token = :token AND o.smart
        RETURNING 1
    ), named AS (
        INSERT INTO message_part (business_id, message_id, number, gateway, gateway_id, status)
        SELECT :business, id, number, :gateway, gateway_id, 4
        FROM unnest(CAST(:owners AS bigint[]), CAST(:numbers AS smallint[]), CAST(:names AS text[]))
            p (id, number, gateway_id)
        ON CONFLICT DO NOTHING RETURNING 1
    )
    UPDATE message m SET status = 4, reason = '', distributed_at = coalesce(m.distributed_at, :now)
    FROM given, (SELECT count(*) FROM gone) a, (SELECT count(*) FROM watched) b, (SELECT count(*) FROM named) c
    WHERE m.business_id = :business AND m.id = given.id AND m.status IN (1, 2, 3, 5)
    """
)


def settle(gateway: Gateway, token: uuid.UUID, answers: Answers, paused: bool) -> None:
    """Those that left are charged; those that did not cost nothing, and go again or are over."""
    now = dates.now()
    hold_rows([each.id for each in answers])
    _leave(gateway, token, {each: said for each, said in answers.items() if said.fate is Fate.ACCEPTED}, now)
    end({each.id: _refused(said) for each, said in answers.items() if said.fate is Fate.REFUSED}, token)
    _put_off(token, {each: said for each, said in answers.items() if said.fate in AGAIN}, now)
    lose([each for each, said in answers.items() if said.fate is Fate.UNKNOWN], now, token)
    _pace(gateway, answers, paused)


def _leave(gateway: Gateway, token: uuid.UUID, answers: Answers, now: datetime) -> None:
    if not answers:
        return
    parts = [(each.id, number, name) for each, said in answers.items() for number, name in enumerate(said.gateway_ids)]
    messages = [each.id for each in answers]
    values = {
        "business": business_id(),
        "token": token,
        "now": now,
        "messages": messages,
        "gateway": gateway.name,
        "owners": [owner for owner, _number, _name in parts],
        "numbers": [number + 1 for _owner, number, _name in parts],
        "names": [name for _owner, _number, name in parts],
    }
    db.session.execute(_LEFT, values)
    charge(messages, next(iter(answers)).channel)


def _refused(said: Answer) -> Verdict:
    return Verdict(MessageStatus.FAILED, said.reason[:LONGEST_REASON] or Reason.REFUSED)


def _put_off(token: uuid.UUID, answers: Answers, now: datetime) -> None:
    """To be tried again, each time later; what is reserved for it stays so."""
    verdict = Verdict(MessageStatus.QUEUED, "")
    dues = {each.id: now + _backoff(each, said) for each, said in answers.items()}
    move(dict.fromkeys(dues, verdict), dict.fromkeys(dues, Step.WAITING), dues, token)


def _backoff(message: Claimed, said: Answer) -> timedelta:
    longest = min(LONGEST_BACKOFF, 2.0 ** min(message.attempts, 16))
    seconds = max(said.retry_after or 0.0, longest * random.uniform(0.5, 1))  # noqa: S311 - so that not all come at once
    return timedelta(seconds=seconds)


def lose(messages: list[Claimed], now: datetime, token: uuid.UUID | None) -> None:
    """Nobody knows whether they went: they are never sent again by themselves, and what is reserved stays so."""
    verdict = Verdict(MessageStatus.UNKNOWN, Reason.NO_ANSWER)
    smart = {each.id: now + timedelta(minutes=each.smart_timeout) for each in messages if each.smart}
    smart |= {each.id: each.fallback_at for each in messages if each.smart and each.fallback_at}
    dues = {each.id: now + ASK_AFTER for each in messages} | smart
    steps = {number: Step.FALLBACK if number in smart else Step.ASKING for number in dues}
    move(dict.fromkeys(dues, verdict), steps, dues, token)


def _pace(gateway: Gateway, answers: Answers, paused: bool) -> None:
    """A gateway that answered none of them is left alone for a while; a browser's server speaks for itself alone."""
    if not gateway.one_server:
        return
    fates = {said.fate for said in answers.values()}
    if fates & {Fate.ACCEPTED, Fate.REFUSED}:
        if paused:
            recover(gateway)
    else:
        pause(gateway, max((said.retry_after or 0.0 for said in answers.values()), default=None))
