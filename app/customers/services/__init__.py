"""What is done with customers: each is one unit of work, and leaves its line in the audit log (PR-4)."""

from app.customers.services.changing import change_customer, release_category
from app.customers.services.creating import create_customer
from app.customers.services.writing import TakenError

__all__ = ["TakenError", "change_customer", "create_customer", "release_category"]
