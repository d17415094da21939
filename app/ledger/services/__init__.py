"""What is written of points and money: balances opened, credited, spent, given back, expired.

Every movement goes through `posting.post`, which holds the balances first; what others may call stands here.
"""

from app.ledger.services.expiring import expire_lots
from app.ledger.services.holding import hold
from app.ledger.services.many import Many, Moved, credit_each, credit_many, restore_many, spend_many, take_back_many
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
from app.ledger.services.opening import open_balances, open_balances_of
from app.ledger.services.posting import AlreadyReversedError, post
from app.ledger.services.transferring import give_back, last_entry, move_all, post_for_absorbed, returnable
from app.ledger.services.writing import Occasion

__all__ = [
    "AlreadyReversedError",
    "Credit",
    "Holding",
    "Many",
    "Move",
    "Moved",
    "Occasion",
    "Posted",
    "Restore",
    "ShortfallError",
    "Spend",
    "TakeBack",
    "credit_each",
    "credit_many",
    "expire_lots",
    "give_back",
    "hold",
    "last_entry",
    "move_all",
    "open_balances",
    "open_balances_of",
    "post",
    "post_for_absorbed",
    "restore_many",
    "returnable",
    "spend_many",
    "take_back_many",
]
