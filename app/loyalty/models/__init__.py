"""What a business sets up for its customers: programs with their rules, the questionnaire, goods and services."""

from app.loyalty.models.categories import Category, CategoryRun
from app.loyalty.models.goods import Good, GoodGroup
from app.loyalty.models.programs import (
    Access,
    FieldKind,
    Notify,
    Program,
    ProgramAccount,
    QuestionnaireChoice,
    QuestionnaireField,
    Wallet,
    WalletKind,
)
from app.loyalty.models.rules import ProgramRule

__all__ = [
    "Access",
    "Category",
    "CategoryRun",
    "FieldKind",
    "Good",
    "GoodGroup",
    "Notify",
    "Program",
    "ProgramAccount",
    "ProgramRule",
    "QuestionnaireChoice",
    "QuestionnaireField",
    "Wallet",
    "WalletKind",
]
