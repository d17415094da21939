"""Letters to who forgot its password (PR-5)."""

from app.accounts import services as accounts
from jobs import job


@job
def send_link(user: int) -> None:
    """Send one person the link; a job that is lost is asked for again by the person."""
    accounts.send_password_link(user)
