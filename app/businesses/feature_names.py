"""Features that support turns on, as people call them (LP-3)."""

from __future__ import annotations

from flask_babel import gettext as _

from app.businesses.models import Feature


def feature_names() -> dict[Feature, str]:
    return {
        Feature.ALPHA_NAME: _("Own sender name of SMS"),
        Feature.VIBER: _("Viber messages"),
        Feature.KIOSK: _("Kiosk"),
    }
