"""Pages of the loyalty settings: the questionnaire, goods and their groups."""

from app.loyalty.views import good_groups, goods, questionnaire
from app.loyalty.views.blueprint import blueprint

__all__ = ["blueprint", "good_groups", "goods", "questionnaire"]
