"""What this area hangs in at start-up: the words of the audit log, and which pictures are in use."""

from __future__ import annotations

from app import pictures
from app.audit_words import describe
from app.news.audit_words import KINDS
from app.news.models import News


def register() -> None:
    for kind in KINDS:
        describe(kind)
    pictures.held_by(News.picture_id)
