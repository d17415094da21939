"""What a business sets up for its customers: programs and the questionnaire, goods and services."""

from app.loyalty.models.goods import Good, GoodGroup
from app.loyalty.models.programs import (
    Access,
    Category,
    FieldKind,
    Program,
    ProgramAccount,
    QuestionnaireChoice,
    QuestionnaireField,
    Wallet,
    WalletKind,
)

__all__ = [
    "Access",
    "Category",
    "FieldKind",
    "Good",
    "GoodGroup",
    "Program",
    "ProgramAccount",
    "QuestionnaireChoice",
    "QuestionnaireField",
    "Wallet",
    "WalletKind",
]
