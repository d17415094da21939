"""Changing what a program is and how it works (LP-1, LP-3): in the audit log, and never touching what was sold."""

from __future__ import annotations

from collections.abc import Mapping

from app import audit
from app.loyalty.models import Program, Wallet
from app.loyalty.queries import every_program, wallet_of
from app.loyalty.services.names import check_name


def change_program(program: Program, values: Mapping[str, object]) -> None:
    """Gives a program new values: its columns, and `unit` of its points, which is the wallet's.

    Needs the programs held. Raises NameTakenError.
    """
    if "title" in values:
        check_name(str(values["title"]), (each.title for each in every_program() if each.id != program.id))
    wallet = wallet_of(program.id)
    changes = {
        name: change
        for name, value in values.items()
        for name, change in audit.changes_of(_holder(name, program, wallet), {name: value}).items()
    }
    for name, (_old, new) in changes.items():
        setattr(_holder(name, program, wallet), name, new)
    if changes:
        audit.record("program.change", audit.Subject("program", program.id), changes)


def _holder(name: str, program: Program, wallet: Wallet) -> Program | Wallet:
    return wallet if name == "unit" else program
