"""Money accounts that can pay in a program (LP-4): every change is in the audit log (PR-4)."""

from __future__ import annotations

from app import audit
from app.db import business_id
from app.extensions import db
from app.loyalty.models import ProgramAccount, Wallet, WalletKind
from app.loyalty.queries import accounts, every_rule
from app.loyalty.services.names import check_name


class UsedByRulesError(Exception):
    """Rules of the program put money on this account; `names` are theirs."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def add_account(program_id: int, name: str, unit: str) -> int:
    """Makes an account that can pay in the program; answers with its wallet's id. Needs the programs held.

    Raises NameTakenError.
    """
    check_name(name, (each.name for each in accounts()))
    wallet = Wallet(business_id=business_id(), kind=WalletKind.MONEY, name=name, unit=unit)
    db.session.add(wallet)
    db.session.flush()
    _let_pay(program_id, wallet)
    changes = {"name": (None, name), "unit": (None, unit), "program_id": (None, program_id)}
    audit.record("account.add", _subject(wallet), changes)
    return wallet.id


def share_account(program_id: int, wallet: Wallet) -> None:
    """Lets an account of another program pay in this one too. Needs the programs held."""
    if db.session.get(ProgramAccount, (business_id(), program_id, wallet.id)) is None:
        _let_pay(program_id, wallet)
        audit.record("account.share", _subject(wallet), {"program_id": (None, program_id)})


def change_account(wallet: Wallet, name: str, unit: str) -> None:
    """Gives an account another name or unit; balances stay. Needs the programs held. Raises NameTakenError."""
    check_name(name, (each.name for each in accounts() if each.id != wallet.id))
    changes = audit.changes_of(wallet, {"name": name, "unit": unit})
    if changes:
        wallet.name, wallet.unit = name, unit
        audit.record("account.change", _subject(wallet), changes)


def remove_account(program_id: int, wallet: Wallet) -> None:
    """Lets an account pay in this program no more; what is on it stays. Needs the programs held.

    Raises UsedByRulesError.
    """
    used = [
        rule.name for rule in every_rule(program_id) if rule.effects.get("account", {}).get("wallet_id") == wallet.id
    ]
    if used:
        raise UsedByRulesError(used)
    db.session.delete(db.session.get_one(ProgramAccount, (business_id(), program_id, wallet.id)))
    audit.record("account.remove", _subject(wallet), {"program_id": (program_id, None)})


def _let_pay(program_id: int, wallet: Wallet) -> None:
    db.session.add(ProgramAccount(business_id=business_id(), program_id=program_id, wallet_id=wallet.id))
    db.session.flush()


def _subject(wallet: Wallet) -> audit.Subject:
    return audit.Subject("account", wallet.id)
