"""What a business sets up for its customers: programs with their rules, and the questionnaire."""

from app.loyalty.models.programs import (
    Access,
    Category,
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
    "FieldKind",
    "Notify",
    "Program",
    "ProgramAccount",
    "ProgramRule",
    "QuestionnaireChoice",
    "QuestionnaireField",
    "Wallet",
    "WalletKind",
]
