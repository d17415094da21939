"""Letters of invitations: sent as they are written, and looked after each minute (PR-5)."""

from app.accounts import services as accounts
from app.messaging.services.hearing import close_gateways
from jobs import job
from jobs.each import each_business


@job
def send_letters(business: int) -> None:
    """Send the letters of one business that are due."""
    try:
        accounts.send_letters(business)
    finally:
        close_gateways()


@job
def send_all_letters() -> None:
    """Send what was left lying in any business."""
    try:
        each_business(accounts.send_letters)
    finally:
        close_gateways()
