"""How news are told of."""

from __future__ import annotations

from flask_babel import pgettext

from app.news.models import Stage


def stage_names() -> dict[Stage, str]:
    return {
        Stage.DRAFT: pgettext("of news", "Draft"),
        Stage.PLANNED: pgettext("of news", "Planned"),
        Stage.PUBLISHED: pgettext("of news", "Published"),
        Stage.OVER: pgettext("of news", "Over"),
    }
