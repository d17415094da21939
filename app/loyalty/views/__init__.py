"""Pages of the loyalty settings: the questionnaire."""

from app.loyalty.views import questionnaire
from app.loyalty.views.blueprint import blueprint

__all__ = ["blueprint", "questionnaire"]
