"""What is looked after each minute, in every business."""

from app import unsent_forms
from app.accounts import services as accounts
from jobs import job


@job
def end_stale_sessions() -> None:
    """Remove the sessions that nobody can use any more."""
    accounts.end_stale_sessions()


@job
def forget_unsent_forms() -> None:
    """Remove the forms that were kept over a session's end and that nobody came back for."""
    unsent_forms.forget_old()
