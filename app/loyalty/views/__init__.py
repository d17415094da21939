"""Pages of the loyalty settings: programs with their rules, categories and accounts; the questionnaire."""

from app.loyalty.views import accounts, categories, programs, questionnaire, rules
from app.loyalty.views.blueprint import blueprint

__all__ = ["accounts", "blueprint", "categories", "programs", "questionnaire", "rules"]
