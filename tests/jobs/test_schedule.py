"""The clock sends only what a worker may run."""

import jobs.bulk
import jobs.categories
import jobs.housekeeping
import jobs.imports
import jobs.invitations
from jobs import ALLOWED, schedule

MODULES = (jobs.bulk, jobs.categories, jobs.housekeeping, jobs.imports, jobs.invitations)


def test_every_scheduled_job_is_one() -> None:
    assert schedule.MINUTES.keys() <= ALLOWED.keys(), MODULES
