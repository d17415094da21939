"""The clock sends only what a worker may run."""

import jobs.bulk
import jobs.categories
import jobs.housekeeping
import jobs.invitations
import jobs.webhooks
from jobs import ALLOWED, schedule


def test_every_scheduled_job_is_one() -> None:
    modules = (jobs.bulk, jobs.categories, jobs.housekeeping, jobs.invitations, jobs.webhooks)
    assert schedule.MINUTES.keys() <= ALLOWED.keys(), modules
