"""What is kept of webhooks, and for how long."""

from app.webhooks.services import forget_old
from jobs import job
from jobs.each import until_done


@job
def forget_events() -> None:
    """Remove what addresses were told more than thirty days ago, with their answers."""
    until_done(forget_old)
