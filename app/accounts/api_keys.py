"""Keys of the API: made, listed, revoked (AP-1). A key is shown once; what is kept of it opens nothing."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select
from werkzeug.exceptions import NotFound

from app import audit
from app.accounts.models import ApiKey, User
from app.businesses.models import Franchisee, PointOfSale, Terminal
from app.businesses.queries import lock_places
from app.db import business_id, current_scope
from app.drawn import SHOWN_AGAIN, MadeBeforeError
from app.extensions import db
from app.identity import token_hash
from app.lib import dates
from app.paging import Order, Page, PageKey, page_of
from app.permissions import KeyScope

PREFIX = "rk_"
"""By it a key that got into the open is recognised."""
HINT = 8
MOST_KEYS = 200
ORDER = Order(ApiKey.created_at.expression, ApiKey.id.expression)


class TooManyKeysError(Exception):
    """A business has at most MOST_KEYS that work."""


@dataclass(frozen=True)
class Works:
    """Where a key works: at the places of a franchisee, a point of sale or a Terminal; at any where all are None."""

    franchisee_id: int | None = None
    point_of_sale_id: int | None = None
    terminal_id: int | None = None


def new_secret() -> str:
    return PREFIX + secrets.token_urlsafe(32)


def make_key(name: str, scopes: Sequence[KeyScope], works: Works, secret: str | None = None) -> str:
    """A new key, to be shown once; made again with the same `secret`, as by a double click, it is the same one.

    Raises TooManyKeysError, and MadeBeforeError where that was another one, was used, or is some time ago.
    """
    secret, said = secret or new_secret(), {"name": name, "scopes": [scope.value for scope in scopes], **vars(works)}
    lock_places()
    if _is_made(secret, said):
        return secret
    working = select(func.count()).where(ApiKey.business_id == business_id(), ApiKey.revoked_at.is_(None))
    if (db.session.scalar(working) or 0) >= MOST_KEYS:
        raise TooManyKeysError
    row = ApiKey(
        business_id=business_id(),
        hint=secret[:HINT],
        secret_hash=token_hash(secret),
        user_id=current_scope().user_id,
        **said,
    )
    db.session.add(row)
    db.session.flush()
    audit.record("api_key.add", _subject(row), {field: (None, value) for field, value in said.items()})
    return secret


def _is_made(secret: str, said: Mapping[str, object]) -> bool:
    mine = ApiKey.business_id == business_id(), ApiKey.secret_hash == token_hash(secret)
    row = db.session.scalars(select(ApiKey).where(*mine)).first()
    if row is None:
        return False
    is_new = row.created_at > dates.now() - SHOWN_AGAIN and row.last_used_at is None and row.revoked_at is None
    if not is_new or audit.changes_of(row, said):
        raise MadeBeforeError
    return True


def revoke_key(number: int) -> ApiKey:
    """Nothing is answered to it any more, from the next call on. Raises NotFound."""
    row = db.session.get(ApiKey, (business_id(), number), with_for_update=True)
    if row is None:
        raise NotFound
    if row.revoked_at is None:
        row.revoked_at = dates.now()
        audit.record("api_key.revoke", _subject(row), {})
    return row


def keys(key: PageKey | None = None, *, revoked: bool) -> Page[Row[Any]]:
    """A page of those that work, or that were revoked, newest first, with where they work and who made them."""
    chosen = ApiKey.revoked_at.is_not(None) if revoked else ApiKey.revoked_at.is_(None)
    ids = ORDER.newest(select(ApiKey.id).where(ApiKey.business_id == business_id(), chosen), key).subquery()
    columns: list[Any] = [ApiKey.id, ApiKey, User.name.label("maker"), Franchisee.name.label("franchisee")]
    columns += [PointOfSale.name.label("place"), Terminal.name.label("terminal")]
    statement = (
        select(*columns)
        .join(ids, ids.c.id == ApiKey.id)
        .outerjoin(User, User.id == ApiKey.user_id)
        .outerjoin(Franchisee, _of_key(Franchisee, ApiKey.franchisee_id))
        .outerjoin(Terminal, _of_key(Terminal, ApiKey.terminal_id))
        .outerjoin(PointOfSale, _of_key(PointOfSale, func.coalesce(ApiKey.point_of_sale_id, Terminal.point_of_sale_id)))
        .where(ApiKey.business_id == business_id())
        .order_by(*ORDER.newest_first())
    )
    return page_of(db.session.execute(statement).all(), key)


def revoked_count() -> int:
    mine = select(func.count()).where(ApiKey.business_id == business_id(), ApiKey.revoked_at.is_not(None))
    return db.session.scalar(mine) or 0


def _of_key(kind: Any, number: Any) -> Any:
    return (kind.business_id == ApiKey.business_id) & (kind.id == number)


def _subject(row: ApiKey) -> audit.Subject:
    return audit.Subject("api_key", row.id)
