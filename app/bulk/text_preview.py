"""A text as customers of the selection would read it, while it is being written (BA-1)."""

from __future__ import annotations

from flask import url_for

from app.bulk.models import Batch
from app.bulk.telling import Wording
from app.customers.services.selecting import Selection
from app.extensions import db
from app.messaging.preview import LOOKED_AT, Draft, Preview
from app.patience import patiently


class TextPreview(Preview):
    """Of a form; looked at are the first thousand of the selection, which is frozen later."""

    of_selection = True

    def __init__(self, batch: Batch, wording: Wording, look: int) -> None:
        super().__init__(Draft(wording.way, wording.titles, wording.texts), wording.program, look, wording.holding)
        self.selection = Selection.from_kept(batch.selection)
        self.href = url_for("bulk.preview_text", batch_id=batch.id)

    def _ids(self) -> list[int]:
        found = self.selection.statement().limit(LOOKED_AT)
        ids = patiently(lambda: list(db.session.execute(found, self.selection.parameters()).scalars()))
        return sorted(ids or [])
