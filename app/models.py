"""Every area's models in one place, so that the schema is whole: migrations and create_app import this."""

from app import audit
from app.accounts import models as accounts
from app.businesses import models as businesses
from app.customers import models as customers
from app.ledger import models as ledger
from app.loyalty import models as loyalty
from app.transactions import models as transactions

__all__ = ["accounts", "audit", "businesses", "customers", "ledger", "loyalty", "transactions"]
