"""Points and money between two records of one person: what leaves the one enters the other, lot by lot (CP-9).

Every transfer is a pair of entries whose sum is zero, and a lot that came over expires with the one that its points
first came in with. So each record's own entries, lots and balance keep adding up, merged or not.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import text

from app.db import business_id
from app.extensions import db
from app.ledger.models import EntryKind
from app.ledger.services.expiring import expire_held
from app.ledger.services.holding import hold_all
from app.ledger.services.moving import HandOver, Holding, Lot, Move, Part, ShortfallError, TakeBack, TakeOver, Undone
from app.ledger.services.posting import post, undone_by
from app.ledger.services.writing import Occasion
from app.lib import dates

Holdings = dict[int, Holding]

_WALLETS = text(
    "SELECT wallet_id FROM balance WHERE business_id = :business AND customer_id = :customer AND amount > 0"
)
# Of what came from a family of records since an entry: what remains, and what the survivor spent of it. What expired
# would have expired anyway, and what went back is not there any more.
_CAME = text(
    """
    WITH spent AS (
        SELECT u.lot_id, sum(u.amount) AS amount FROM ledger_entry e
        JOIN lot_use u ON u.business_id = :business AND u.entry_id = e.id
        WHERE e.business_id = :business AND e.customer_id = :survivor AND e.id > :since
            AND e.kind NOT IN (:expired, :moved)
            AND NOT EXISTS (SELECT FROM ledger_entry r WHERE r.business_id = :business AND r.reverses_id = e.id)
        GROUP BY u.lot_id
    )
    SELECT l.wallet_id, l.origin_id, l.expires_at, min(l.title) AS title,
        sum(l.remaining + coalesce(spent.amount, 0))::bigint AS amount
    FROM lot l JOIN lot o ON o.business_id = :business AND o.id = l.origin_id
    LEFT JOIN spent ON spent.lot_id = l.id
    WHERE l.business_id = :business AND l.customer_id = :survivor AND l.origin_id IS NOT NULL
        AND l.entry_id > :since AND o.customer_id = ANY(:family)
    GROUP BY l.wallet_id, l.origin_id, l.expires_at
    ORDER BY l.wallet_id, l.expires_at NULLS LAST, l.origin_id
    """
)
# What the survivor gave for cancelled sales of theirs out of points that were never theirs.
_GIVEN = text(
    """
    SELECT l.wallet_id, sum(l.amount)::bigint AS amount FROM lot l
    JOIN lot o ON o.business_id = :business AND o.id = l.origin_id AND NOT o.customer_id = ANY(:family)
    WHERE l.business_id = :business AND l.customer_id = ANY(:family) AND l.origin_id IS NOT NULL
        AND l.entry_id > :since
    GROUP BY l.wallet_id
    """
)


def last_entry() -> int:
    """A number that every entry written from now on is above."""
    taken = text("SELECT nextval(pg_get_serial_sequence('ledger_entry', 'id'))")
    return int(db.session.execute(taken).scalar_one())


def move_all(giver: int, taker: int, key: str, at: datetime | None = None) -> None:
    """All that a record holds passes to another, with its dates; both customers must be held."""
    wallets = set(db.session.scalars(_WALLETS, {"business": business_id(), "customer": giver}))
    held, moment = _held_now((giver, taker), wallets, at)
    parts = {wallet: _all_of(holding) for wallet, holding in held[giver].items()}
    _transfer((giver, taker), held, parts, key, moment)


def post_for_absorbed(absorbed: int, survivor: int, moves: Sequence[Move], occasion: Occasion) -> None:
    """Undoes movements of a record that was absorbed: the survivor gives what is taken back, and has what comes back.

    Raises ShortfallError with what is missing when both together have too little.
    """
    key = f"transfer:{secrets.token_hex(8)}"
    held, moment = _held_now((absorbed, survivor), {move.wallet_id for move in moves})
    taken = _taken_back(moves, held[absorbed], undone_by(absorbed, moves, held[absorbed]))
    lent = {
        wallet: _up_to(holding, taken.get(wallet, 0), _own_first(moves)) for wallet, holding in held[survivor].items()
    }
    _transfer((survivor, absorbed), held, lent, key, moment, moves, occasion)
    move_all(absorbed, survivor, f"{key}:back", moment)


def give_back(survivor: int, absorbed: int, family: Sequence[int], since: int, key: str) -> None:
    """Returns to a record what came from it and its family since an entry. Raises ShortfallError: then nothing is done.

    What the survivor spent of it is replaced out of its other lots, with the dates of those that came; what is past
    its date is not returned.
    """
    held, moment = _held_now((survivor, absorbed), returnable(survivor, family, since))
    # Only now nothing of it expires any more.
    wanted = returnable(survivor, family, since, moment)
    taken = {wallet: _taken_for(held[survivor][wallet], parts) for wallet, parts in wanted.items()}
    _transfer((survivor, absorbed), held, taken, key, moment, made=wanted)


def returnable(survivor: int, family: Sequence[int], since: int, at: datetime | None = None) -> dict[int, list[Part]]:
    """By wallet what an undoing returns now, in the order in which it expires. Its lots are still to be chosen."""
    values = {"business": business_id(), "survivor": survivor, "family": list(family), "since": since}
    kinds = {"expired": int(EntryKind.EXPIRED), "moved": int(EntryKind.TRANSFERRED)}
    given = {row.wallet_id: row.amount for row in db.session.execute(_GIVEN, values)}
    found: dict[int, list[Part]] = {}
    moment = at or dates.now()
    for row in db.session.execute(_CAME, values | kinds):
        if row.expires_at is not None and row.expires_at <= moment:
            continue
        less = min(row.amount, given.get(row.wallet_id, 0))
        given[row.wallet_id] = given.get(row.wallet_id, 0) - less
        if row.amount > less:
            part = Part(0, row.amount - less, row.expires_at, row.origin_id, row.title)
            found.setdefault(row.wallet_id, []).append(part)
    return found


def _held_now(
    ends: tuple[int, int], wallets: Collection[int], at: datetime | None = None
) -> tuple[dict[int, Holdings], datetime]:
    """What both hold once what is past its date is written off, and the moment, taken once the balances are held."""
    held, moment = hold_all(ends, wallets), at or dates.now()
    each = [(wallet, who, holding) for who, holdings in held.items() for wallet, holding in holdings.items()]
    due = [(wallet, who) for wallet, who, holding in each if holding.available(moment) < holding.amount]
    if due:
        expire_held([wallet for wallet, _who in due], [who for _wallet, who in due], moment)
        held = hold_all(ends, wallets)
    return held, moment


def _transfer(
    ends: tuple[int, int],
    held: dict[int, Holdings],
    parts: dict[int, list[Part]],
    key: str,
    moment: datetime,
    then: Sequence[Move] = (),
    occasion: Occasion | None = None,
    made: dict[int, list[Part]] | None = None,
) -> None:
    """Writes both entries of each wallet, and what the taker does then. `made`: other lots than those taken from."""
    giver, taker = ends
    moved = {wallet: each for wallet, each in parts.items() if each}
    outs = [HandOver(*_named(wallet, key, "out"), parts=tuple(each)) for wallet, each in moved.items()]
    ins = [TakeOver(*_named(wallet, key, "in"), parts=tuple((made or moved)[wallet])) for wallet in moved]
    # The taker first: where it falls short nothing is written at all.
    post(taker, [*ins, *then], occasion, at=moment, held=held[taker])
    post(giver, outs, occasion, at=moment, held=held[giver])


def _named(wallet: int, key: str, end: str) -> tuple[int, EntryKind, str]:
    return wallet, EntryKind.TRANSFERRED, f"{key}:{wallet}:{end}"


def _part(lot: Lot, amount: int) -> Part:
    return Part(lot.id, amount, lot.expires_at, lot.origin_id or lot.id, lot.title)


def _all_of(holding: Holding) -> list[Part]:
    return [_part(lot, lot.remaining) for lot in holding.in_order()]


def _up_to(holding: Holding, amount: int, first: Callable[[Lot], bool]) -> list[Part]:
    """At most so much of what is held, out of some lots before the others."""
    parts = []
    for lot in sorted(holding.in_order(), key=lambda lot: not first(lot)):
        taken = min(amount, lot.remaining)
        if taken:
            parts.append(_part(lot, taken))
            amount -= taken
    return parts


def _taken_for(holding: Holding, wanted: Sequence[Part]) -> list[Part]:
    """What is taken for what is wanted: of the lots that came, then of others. Raises ShortfallError."""
    came = {part.origin_id for part in wanted}
    amount = sum(part.amount for part in wanted)
    parts = _up_to(holding, amount, lambda lot: lot.origin_id in came)
    if missing := amount - sum(part.amount for part in parts):
        raise ShortfallError(holding.wallet_id, missing)
    return parts


def _taken_back(moves: Iterable[Move], holdings: Holdings, undone: Mapping[int, Undone]) -> dict[int, int]:
    """By wallet how much is to be taken back."""
    taken: Counter[int] = Counter()
    for move in moves:
        if isinstance(move, TakeBack):
            taken[move.wallet_id] += holdings[move.wallet_id].to_take_back(move.entry_id, undone[move.entry_id])
    return taken


def _own_first(moves: Iterable[Move]) -> Callable[[Lot], bool]:
    """Whether a lot has the points that are to be taken back."""
    entries = {move.entry_id for move in moves if isinstance(move, TakeBack)}
    return lambda lot: lot.entry_id in entries
