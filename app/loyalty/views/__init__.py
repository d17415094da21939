"""Pages of the loyalty settings: programs with rules, categories, accounts; goods and groups; the questionnaire."""

from app.loyalty.views import accounts, categories, good_groups, goods, programs, questionnaire, rules, sender_names
from app.loyalty.views.blueprint import blueprint

__all__ = [
    "accounts",
    "blueprint",
    "categories",
    "good_groups",
    "goods",
    "programs",
    "questionnaire",
    "rules",
    "sender_names",
]
