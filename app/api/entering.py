"""Who may call, how often, and with which scope; from here on the session serves the key's business (AP-1)."""

from __future__ import annotations

from flask import request
from flask_login import current_user

from app.call_limits import wait_before_call, wait_before_look_up
from app.db import open_scope
from app.identity import Caller
from app.permissions import KeyScope
from app.problems import CallProblem


def enter(needs: KeyScope | None, *, looks_up: bool, at_counter: bool) -> None:
    """Lets a caller in. Raises CallProblem 401, 403 or 429."""
    caller = current_user._get_current_object()
    if not isinstance(caller, Caller):
        raise CallProblem(
            401,
            "key-missing",
            "Send a key of the business as “Authorization: Bearer rk_…”. This one is none, or was revoked.",
            headers={"WWW-Authenticate": 'Bearer realm="Regulars"'},
        )
    slow_down(wait_before_call(caller.key_id))
    if needs is not None and needs not in caller.scopes:
        raise CallProblem(403, "scope-missing", f"This key has not the scope {needs}.", scope=needs.value)
    if looks_up:
        slow_down(wait_before_look_up(caller.key_id))
    open_scope(caller.scope(request.remote_addr or "", at_counter=at_counter))


def slow_down(seconds: int) -> None:
    """Raises CallProblem 429 where a call has to wait."""
    if seconds:
        raise CallProblem(
            429, "too-many-calls", f"Too many calls. Wait {seconds} seconds.", headers={"Retry-After": str(seconds)}
        )
