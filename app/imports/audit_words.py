"""How the audit log's lines about imports read."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.audit_words import Kind, KnownFields
from app.db import business_id
from app.extensions import db
from app.imports.models import ImportJob


def _names(ids: Collection[int]) -> dict[int, str]:
    known = select(ImportJob.id, ImportJob.name).where(ImportJob.business_id == business_id(), ImportJob.id.in_(ids))
    return {row.id: row.name for row in db.session.execute(known)}


def _fields() -> KnownFields:
    return KnownFields({"name": (_("File"), str), "rows": (_("Rows"), str), "batch": (_("Bulk action"), _number)})


def _number(value: object) -> str:
    return _("No. %(number)s", number=value)


KIND = Kind(
    "import",
    _l("Import"),
    {
        "import.upload": _l("File of customers sent"),
        "import.confirm": _l("Import of customers confirmed"),
        "import.mend": _l("Refused rows of an import mended"),
        "import.remove": _l("Draft of an import removed"),
    },
    names=_names,
    fields=_fields,
)
