"""Whose rows a database session may touch: one business, and for a franchisee its own locations alone (PR-1, PR-3)."""

from __future__ import annotations

from dataclasses import dataclass


class NoScopeError(RuntimeError):
    """A session was used before anyone said which business it serves."""


@dataclass(frozen=True)
class Scope:
    """What row-level security lets a transaction see.

    `business_id` None shows no row of any business; `franchisee_id` None shows the whole brand;
    `user_id` opens the person's own account and sessions.
    """

    business_id: int | None
    user_id: int | None = None
    franchisee_id: int | None = None
    address: str = ""
    """Where the person works from, for the audit log."""
    api_key_id: int | None = None
    """The key of the program that works here in place of a person, for the audit log (AP-1)."""
    at_counter: bool = False
    """Whether somebody waits to be served, so that whatever is asked is asked by keys: a plan fits any value then, and
    is kept, as making it anew takes longer than the rest.
    """

    def settings(self) -> dict[str, str]:
        """The settings that the policies read, as text; empty when there is none."""
        return {
            "app.business_id": _text(self.business_id),
            "app.franchisee_id": _text(self.franchisee_id),
            "app.user_id": _text(self.user_id),
            "app.api_key_id": _text(self.api_key_id),
        }


def _text(number: int | None) -> str:
    return "" if number is None else str(number)
