"""The platform's side of acts, written down by support for each jurisdiction (BI-4)."""

from __future__ import annotations

from datetime import date

from sqlalchemy.dialects.postgresql import insert

from app.acts.jurisdictions import of_executor
from app.acts.models import Details, Executor, Jurisdiction
from app.acts.pdf import unprintable
from app.extensions import db


def set_executor(jurisdiction: Jurisdiction, valid_from: date, details: Details, vat_rate: int | None) -> None:
    """Holds for acts of months that end on that day or later. Raises ValueError for what is missing or wrong."""
    known = {entry.name: entry for entry in of_executor(jurisdiction)}
    if strange := details.keys() - known.keys():
        raise ValueError(f"unknown: {', '.join(sorted(strange))}")
    if lacking := [name for name, entry in known.items() if entry.needed and not details.get(name)]:
        raise ValueError(f"missing: {', '.join(lacking)}")
    kept = {}
    for name, text in details.items():
        check = known[name].check
        if unknown := unprintable(text):
            raise ValueError(f"{name}: no font of acts has {' '.join(unknown)}")
        try:
            kept[name] = check(text, details) if check else text
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    values = {"details": kept, "vat_rate": vat_rate}
    adding = insert(Executor).values(jurisdiction=jurisdiction.value, valid_from=valid_from, **values)
    db.session.execute(adding.on_conflict_do_update(index_elements=["jurisdiction", "valid_from"], set_=values))
