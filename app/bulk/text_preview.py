"""A text as customers of the selection would read it, while it is being written (BA-1)."""

from __future__ import annotations

from collections.abc import Mapping

from flask import url_for
from flask_babel import gettext as _

from app.bulk.models import Batch
from app.bulk.telling import Wording
from app.customers.services.selecting import Selection
from app.extensions import db
from app.locale import OF_CUSTOMERS
from app.messaging.preview import LOOKED_AT, Draft, Preview
from app.patience import patiently


class TextPreview(Preview):
    """Of a form; looked at are the first thousand of the selection, which is frozen later."""

    of_selection = True

    def __init__(self, batch: Batch, wording: Wording, look: int) -> None:
        super().__init__(Draft(wording.way, wording.titles, wording.texts), wording.program, look, wording.holding)
        self.wording = wording
        self.selection = Selection.from_kept(batch.selection)
        self.href = url_for("bulk.preview_text", batch_id=batch.id)

    @property
    def examples_words(self) -> str:
        """The title is known here, and a code that all have."""
        unknown = "coupon" in self.names and not self.wording.same(OF_CUSTOMERS).get("coupon")
        return _("The code of the coupon is an example.") if unknown else ""

    def _same(self, language: str) -> Mapping[str, str]:
        return self.wording.same(language)

    def _ids(self) -> list[int]:
        found = self.selection.statement().limit(LOOKED_AT)
        ids = patiently(lambda: list(db.session.execute(found, self.selection.parameters()).scalars()))
        return sorted(ids or [])
