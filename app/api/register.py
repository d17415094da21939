"""What the API hangs in at start-up: what is erased of the answers that it keeps."""

from __future__ import annotations

from flask_babel import lazy_gettext

from app.call_keys import forget_answers_about
from app.customers.registry import ErasureStep, add_erasure_step

ERASURE = ErasureStep(lazy_gettext("Answers of the API"), forget_answers_about)


def register() -> None:
    add_erasure_step(ERASURE)
