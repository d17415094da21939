"""What is missing where what a sale brought is to be taken back: exactly how much, in which wallet, in words (TE-5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from app.db import business_id
from app.extensions import db
from app.filters import language, money
from app.lib import formats
from app.loyalty.models import Wallet, WalletKind


class MissingError(Exception):
    """What the sale brought is spent: wallet → how much is missing, in its smallest unit; coupons that were used."""

    def __init__(self, missing: Mapping[int, int], used: Sequence[str] = ()) -> None:
        super().__init__(f"missing: {dict(missing)}, used: {list(used)}")
        self.missing = dict(missing)
        self.used = tuple(used)


def missing_words(missing: Mapping[int, int], used: Sequence[str] = ()) -> list[str]:
    """A sentence for each wallet, points before money, and for each coupon."""
    mine = select(Wallet).where(Wallet.business_id == business_id(), Wallet.id.in_(missing))
    wallets = sorted(db.session.scalars(mine), key=lambda each: (each.kind != WalletKind.POINTS, each.id))
    coupons = [_("The coupon “%(title)s” that came with it was used meanwhile.", title=title) for title in used]
    return [*(_sentence(wallet, missing[wallet.id]) for wallet in wallets), *coupons]


def _sentence(wallet: Wallet, missing: int) -> str:
    if wallet.kind == WalletKind.POINTS:
        points = formats.points(missing, language())
        return _("What was earned is spent: %(points)s points are missing, so this cannot be cancelled.", points=points)
    amount = money(missing, symbol=True).striptags()
    return _("What was earned is spent: %(amount)s is missing on %(account)s.", amount=amount, account=wallet.name)
