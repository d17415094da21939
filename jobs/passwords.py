"""Letters about forgotten passwords: sent as they are asked for, and found by the sweeper (PR-5)."""

from app.accounts import services as accounts
from app.messaging.services.hearing import close_gateways
from jobs import job


@job
def send_letters() -> None:
    """Send those that are due."""
    try:
        accounts.send_password_letters()
    finally:
        close_gateways()
