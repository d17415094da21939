"""The clock sends only what a worker may run."""

import jobs.bulk
import jobs.categories
import jobs.housekeeping
import jobs.imports
import jobs.invitations
import jobs.proofs
import jobs.webhooks
from app.queue import LONGER
from jobs import ALLOWED, schedule

MODULES = (jobs.bulk, jobs.categories, jobs.housekeeping, jobs.imports, jobs.invitations, jobs.proofs, jobs.webhooks)


def test_every_scheduled_job_is_one() -> None:
    assert schedule.MINUTES.keys() <= ALLOWED.keys(), MODULES


def test_what_may_take_longer_is_a_job_too() -> None:
    assert LONGER.keys() <= ALLOWED.keys(), MODULES
