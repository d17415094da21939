"""The business's side of its acts, as its accountant keeps it (BI-3)."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from app import audit
from app.acts.jurisdictions import faults, missing
from app.acts.models import Details, Jurisdiction, Requisites
from app.acts.queries import own_requisites
from app.db import business_id
from app.extensions import db


def keep_requisites(jurisdiction: Jurisdiction, language: str, details: Details) -> list[str]:
    """Acts issued from now on have them; answers with the names of entries that an act needs and does not have yet."""
    if wrong := faults(jurisdiction, details):
        raise ValueError(f"These cannot be so: {wrong}")
    before = own_requisites()
    kept = {name: text for name, text in details.items() if text}
    lacking = [entry.name for entry in missing(jurisdiction, kept)]
    # Compared before the row is written, as that may be the very same one.
    changes = _changes(before, jurisdiction, language, kept)
    if before.business_id and all(old == new for old, new in changes.values()):
        return lacking
    values = {"jurisdiction": jurisdiction.value, "language": language, "details": kept, "complete": not lacking}
    adding = insert(Requisites).values(business_id=business_id(), **values)
    db.session.execute(adding.on_conflict_do_update(index_elements=["business_id"], set_=values))
    db.session.expire_all()
    audit.record("requisites.change", audit.Subject("requisites", business_id()), changes)
    return lacking


def _changes(before: Requisites, jurisdiction: str, language: str, details: Details) -> audit.Changes:
    names = {*before.details, *details}
    changed: dict[str, tuple[object, object]] = {
        name: (before.details.get(name, ""), details.get(name, "")) for name in sorted(names)
    }
    return {
        "jurisdiction": (before.jurisdiction, str(jurisdiction)),
        "language": (before.language, language),
        **changed,
    }
