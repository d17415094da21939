"""What is written of points and money: balances opened, credited, spent, given back, expired.

Every movement goes through `posting.post`, which holds the balances first; what others may call stands here.
"""

from app.ledger.services.expiring import expire_lots
from app.ledger.services.moving import (
    Credit,
    Holding,
    Move,
    Posted,
    Restore,
    ShortfallError,
    Spend,
    TakeBack,
)
from app.ledger.services.opening import open_balances
from app.ledger.services.posting import AlreadyReversedError, Occasion, hold, post
from app.ledger.services.transferring import give_back, last_entry, move_all, post_for_absorbed, returnable

__all__ = [
    "AlreadyReversedError",
    "Credit",
    "Holding",
    "Move",
    "Occasion",
    "Posted",
    "Restore",
    "ShortfallError",
    "Spend",
    "TakeBack",
    "expire_lots",
    "give_back",
    "hold",
    "last_entry",
    "move_all",
    "open_balances",
    "post",
    "post_for_absorbed",
    "returnable",
]
