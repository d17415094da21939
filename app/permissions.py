"""Roles of people in a business and what each may do (the table in docs/rules.md); a view names its permission."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


class Role(StrEnum):
    ADMIN = "admin"
    BRAND_OPERATOR = "brand_operator"
    LOCATION_OPERATOR = "location_operator"
    ACCOUNTANT = "accountant"
    SALESPERSON = "salesperson"


class Permission(StrEnum):
    PUBLIC = "public"
    """Anyone, signed in or not."""
    SIGNED_IN = "signed_in"
    """Any person who signed in, about themselves alone."""
    MEMBER = "member"
    """Any user of the panel in a business."""
    READ_CUSTOMERS = "read_customers"
    EDIT_CUSTOMERS = "edit_customers"
    ADJUST_POINTS = "adjust_points"
    """Add or remove points and money of a customer by hand."""
    BULK_ACTIONS = "bulk_actions"
    """Do something to a whole selection of customers; what it is needs its own permission too (BA-1 to BA-15)."""
    IMPORT_CUSTOMERS = "import_customers"
    """Bring in customers out of files, and see what such files say (IM-1)."""
    ERASE_CUSTOMERS = "erase_customers"
    MERGE_CUSTOMERS = "merge_customers"
    """Make one of two records of a person, undo that, and say who is not the same (CP-9)."""
    HAND_OUT_PERSONAL_DATA = "hand_out_personal_data"
    """Make the file of all that is known of one customer, at its own request (CP-8)."""
    READ_TRANSACTIONS = "read_transactions"
    """Of all customers; who they are is told to whoever may read customers, to others masked (TL-1)."""
    CANCEL_SALES = "cancel_sales"
    """Of any Terminal, in the log; a salesperson cancels what the own Terminal sold (TE-5)."""
    READ_BILLING = "read_billing"
    """What the platform charges, what was paid in, the prepaid balance; and be told when it runs low (BI-1, BI-2)."""
    READ_MESSAGES = "read_messages"
    """All messages, and those that come in (MS-1)."""
    EDIT_TEMPLATES = "edit_templates"
    """Of messages, which all of the business use (BA-1)."""
    HANDLE_MESSAGES = "handle_messages"
    """Open a PIN, say what became of a message that nobody knows of, use the simulator (MS-2)."""
    READ_ACTS = "read_acts"
    """Service acts, their files and the platform's side of them (BI-4)."""
    EDIT_ACTS = "edit_acts"
    """The business's requisites, and what became of an act once issued (BI-3, BI-6)."""
    READ_LOYALTY = "read_loyalty"
    EDIT_LOYALTY = "edit_loyalty"
    EDIT_NEWS = "edit_news"
    """Read, write and publish news: of the brand, or of the own points of sale alone (LP-9)."""
    READ_OFFERS = "read_offers"
    """See which coupon series and offers the brand has (LP-8)."""
    GIVE_OFFERS = "give_offers"
    """Issue a coupon or give an offer to a customer, and take it away again (CP-5)."""
    EDIT_OFFERS = "edit_offers"
    """Make series and offers, print coupons, issue gift cards: what holds at every point of sale of the brand."""
    READ_PLACES = "read_places"
    EDIT_PLACES = "edit_places"
    EDIT_BUSINESS = "edit_business"
    EDIT_USERS = "edit_users"
    """See who works in the business, invite, give roles, disable; demand a second factor of all (PR-5)."""
    READ_AUDIT = "read_audit"
    SELL = "sell"
    """Sell at the Terminal that one signed in to (TE-0)."""
    EDIT_KEYS = "edit_keys"
    """Make and revoke the keys by which other programs work in the business (AP-1)."""
    CALL = "call"
    """Use the API with a key, as far as its scopes go: no role has it (AP-1)."""


class KeyScope(StrEnum):
    """What a key of the API may do; each operation names one (AP-1)."""

    READ_CUSTOMERS = "customers:read"
    WRITE_CUSTOMERS = "customers:write"
    READ_MESSAGES = "messages:read"
    READ_SALES = "sales:read"
    WRITE_SALES = "sales:write"
    READ_POINTS = "points:read"
    WRITE_POINTS = "points:write"
    READ_COUPONS = "coupons:read"
    WRITE_COUPONS = "coupons:write"
    READ_OFFERS = "offers:read"
    WRITE_OFFERS = "offers:write"


_OPERATOR = frozenset(
    {
        Permission.MEMBER,
        Permission.READ_CUSTOMERS,
        Permission.EDIT_CUSTOMERS,
        Permission.ADJUST_POINTS,
        Permission.BULK_ACTIONS,
        Permission.READ_TRANSACTIONS,
        Permission.READ_MESSAGES,
        Permission.READ_LOYALTY,
        Permission.EDIT_NEWS,
        Permission.READ_OFFERS,
        Permission.GIVE_OFFERS,
        Permission.READ_PLACES,
    }
)
# What it does to a customer is done at every location, so who sees only some of them may not.
_BRAND = _OPERATOR | {
    Permission.IMPORT_CUSTOMERS,
    Permission.ERASE_CUSTOMERS,
    Permission.MERGE_CUSTOMERS,
    Permission.EDIT_TEMPLATES,
    Permission.HANDLE_MESSAGES,
    Permission.EDIT_OFFERS,
}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: _BRAND
    | {
        Permission.HAND_OUT_PERSONAL_DATA,
        Permission.CANCEL_SALES,
        Permission.READ_ACTS,
        Permission.EDIT_ACTS,
        Permission.EDIT_LOYALTY,
        Permission.EDIT_PLACES,
        Permission.EDIT_BUSINESS,
        Permission.EDIT_USERS,
        Permission.EDIT_KEYS,
        Permission.READ_AUDIT,
        Permission.READ_BILLING,
    },
    Role.BRAND_OPERATOR: _BRAND,
    Role.LOCATION_OPERATOR: _OPERATOR,
    Role.ACCOUNTANT: frozenset(
        {
            *(Permission.MEMBER, Permission.READ_TRANSACTIONS, Permission.READ_BILLING),
            *(Permission.READ_ACTS, Permission.EDIT_ACTS),
        }
    ),
    Role.SALESPERSON: frozenset({Permission.SELL}),
}


def allows(role: Role | None, permission: Permission) -> bool:
    """Whether someone signed in with this role (None: in no business) may do it."""
    if permission in (Permission.PUBLIC, Permission.SIGNED_IN):
        return True
    return role is not None and permission in GRANTS[role]


def requires(permission: Permission) -> Callable[[View], View]:
    """Names the permission of a view. A view without one is refused at start, and by a test over all routes."""

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def permission_of(view: Callable[..., Any]) -> Permission:
    """What a view requires. Raises LookupError for one that names nothing, so that nothing is open by oversight."""
    permission = getattr(view, "permission", None)
    if not isinstance(permission, Permission):
        raise LookupError(f"The view {view.__module__}.{view.__name__} names no permission.")
    return permission
