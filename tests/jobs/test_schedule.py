"""The clock sends only what a worker may run."""

import jobs.bulk
import jobs.categories
import jobs.housekeeping
import jobs.invitations
from jobs import ALLOWED, schedule


def test_every_scheduled_job_is_one() -> None:
    assert schedule.MINUTES.keys() <= ALLOWED.keys(), (jobs.bulk, jobs.categories, jobs.housekeeping, jobs.invitations)
