"""What a person searched and filtered by, kept as immutable rows of the business and named in addresses by a key.

So no phone or name stands in an address (CT-6), and a filter of any length can be sent to a colleague (CT-9).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.dialects.postgresql import insert

from app.customers.conditions.kept import read_group, written
from app.customers.conditions.nodes import Group
from app.customers.models import SavedFilter
from app.customers.search import Criterion
from app.db import business_id
from app.errors import BadAddress
from app.extensions import db
from app.lib import dates


@dataclass(frozen=True)
class Search:
    """What a person looks for, and where."""

    criterion: Criterion
    text: str


@dataclass(frozen=True)
class Kept:
    """What a key stands for."""

    search: Search | None = None
    conditions: Group | None = None

    @property
    def plain(self) -> dict[str, Any]:
        search = {"criterion": str(self.search.criterion), "text": self.search.text} if self.search else None
        parts = {"search": search, "conditions": written(self.conditions) if self.conditions else None}
        return {name: part for name, part in parts.items() if part is not None}


def kept_as(key: str) -> Kept:
    """What was kept under a key. Raises BadAddress when nothing was, or nobody can read it."""
    saved = db.session.get(SavedFilter, (business_id(), key.replace("\0", "")))
    if saved is None:
        raise BadAddress(_("The filter that this address names is not known here."))
    try:
        return _read(saved.conditions)
    except (KeyError, ValueError, TypeError, AttributeError):
        raise BadAddress(_("The filter that this address names cannot be read.")) from None


DRAFTS_LAST = timedelta(days=30)
"""How long a filter is kept that is being built and was not applied."""


def keep(kept: Kept, *, draft: bool = False) -> str:
    """Keeps a filter, for good or as a draft; the same one always has the same key, which nobody can guess."""
    content = json.dumps([business_id(), kept.plain], sort_keys=True, ensure_ascii=False).encode()
    secret = current_app.config["REGULARS"].secret_key.encode()
    key = base64.b32encode(hmac.digest(secret, content, hashlib.sha256)[:15]).decode().lower()
    lapses_at = dates.now() + DRAFTS_LAST if draft else None
    row = insert(SavedFilter).values(business_id=business_id(), key=key, conditions=kept.plain, lapses_at=lapses_at)
    # What was kept for good stays so; a draft lasts on.
    once_more = row.on_conflict_do_update(
        index_elements=[SavedFilter.business_id, SavedFilter.key],
        set_={"lapses_at": lapses_at},
        where=SavedFilter.lapses_at.is_not(None),
    )
    db.session.execute(once_more)
    return key


def _read(plain: Any) -> Kept:
    search, conditions = plain.get("search"), plain.get("conditions")
    return Kept(
        Search(Criterion(search["criterion"]), str(search["text"])) if search is not None else None,
        read_group(conditions) if conditions is not None else None,
    )
