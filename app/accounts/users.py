"""What an administrator decides about colleagues: role, access, sessions, and whether all need a second factor (PR-5).

Nobody decides about themselves, so a business always keeps an administrator.
"""

from __future__ import annotations

from sqlalchemy import func, select
from werkzeug.exceptions import Forbidden, NotFound

from app import audit
from app.accounts.models import Membership, TerminalUser
from app.accounts.services import remove_from_terminal
from app.businesses.queries import lock_places, own_business
from app.db import business_id, current_scope
from app.extensions import db
from app.lib import dates
from app.permissions import Role


class OwnAccountError(Exception):
    """One's own role and access are for another administrator to change."""


def colleague_to_change(user_id: int) -> Membership:
    """A colleague's membership, held. Raises OwnAccountError, NotFound; Forbidden for who is no administrator now."""
    if user_id == current_scope().user_id:
        raise OwnAccountError
    lock_places()
    me = _membership(current_scope().user_id or 0)
    if me is None or me.role != Role.ADMIN or me.disabled_at is not None:
        raise Forbidden
    found = _membership(user_id)
    if found is None:
        raise NotFound
    return found


def change_role(member: Membership, role: Role, franchisee_id: int | None) -> None:
    """Gives a held colleague another role, from its next request on."""
    changes = audit.changes_of(member, {"role": str(role), "franchisee_id": franchisee_id})
    if not changes:
        return
    if member.role == Role.SALESPERSON and role is not Role.SALESPERSON:
        _leave_terminals(member.user_id)
    member.role, member.franchisee_id = str(role), franchisee_id
    audit.record("user.change", _subject(member), changes)


def disable(member: Membership) -> int:
    """Shuts a held colleague out, its sessions here included; answers with their number."""
    if member.disabled_at is not None:
        return 0
    member.disabled_at = dates.now()
    db.session.flush()
    ended = _end_sessions(member)
    audit.record("user.disable", _subject(member), {"disabled_at": (None, member.disabled_at)})
    return ended


def enable(member: Membership) -> None:
    """Lets a held colleague in again, with the role it had."""
    if member.disabled_at is not None:
        audit.record("user.enable", _subject(member), {"disabled_at": (member.disabled_at, None)})
        member.disabled_at = None


def end_sessions(member: Membership) -> int:
    """Signs a held colleague out wherever it works here; answers with the number."""
    ended = _end_sessions(member)
    if ended:
        audit.record("user.end_sessions", _subject(member), {"sessions": (ended, 0)})
    return ended


def demand_second_factor(demanded: bool) -> None:
    """Has everyone in the panel need a second factor, or leaves it to each."""
    lock_places()
    business = own_business()
    if business.second_factor_required is not demanded:
        changes = audit.changes_of(business, {"second_factor_required": demanded})
        business.second_factor_required = demanded
        audit.record("business.change", audit.Subject("business", business.id), changes)


def _membership(user_id: int) -> Membership | None:
    return db.session.get(Membership, (business_id(), user_id), populate_existing=True)


def _leave_terminals(user_id: int) -> None:
    mine = TerminalUser.business_id == business_id(), TerminalUser.user_id == user_id
    for terminal in db.session.scalars(select(TerminalUser.terminal_id).where(*mine)).all():
        remove_from_terminal(terminal, user_id)


def _end_sessions(member: Membership) -> int:
    return int(db.session.scalar(select(func.end_colleague_sessions(member.user_id))) or 0)


def _subject(member: Membership) -> audit.Subject:
    return audit.Subject("user", member.user_id)
