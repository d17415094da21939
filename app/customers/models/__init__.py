"""What is known of customers, and what they are selected by."""

from app.customers.models.customer import (
    CHANNELS,
    Answer,
    Card,
    Consent,
    ConsentKind,
    Customer,
    CustomerSearch,
    CustomerStats,
    Enrolment,
    Tag,
)
from app.customers.models.merging import CustomerMerge, LikelyDuplicate, Likeness
from app.customers.models.opening import OpenedProfiles
from app.customers.models.selection import SavedFilter, Segment

__all__ = [
    "CHANNELS",
    "Answer",
    "Card",
    "Consent",
    "ConsentKind",
    "Customer",
    "CustomerMerge",
    "CustomerSearch",
    "CustomerStats",
    "Enrolment",
    "LikelyDuplicate",
    "Likeness",
    "OpenedProfiles",
    "SavedFilter",
    "Segment",
    "Tag",
]
