"""What is looked after each minute, in every business."""

from app.accounts import services as accounts
from jobs import job


@job
def end_stale_sessions() -> None:
    """Remove the sessions that nobody can use any more."""
    accounts.end_stale_sessions()
