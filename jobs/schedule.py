"""The clock: `python -m jobs.schedule` sends the jobs that are due each minute, hour and day, until it is stopped."""

import os
import signal
import threading

from app.config import Config
from app.queue import connect, send

MINUTES = {
    "jobs.housekeeping.end_stale_sessions": 1,
    "jobs.housekeeping.forget_unsent_forms": 1,
    "jobs.housekeeping.expire_points": 1,
    "jobs.housekeeping.lapse_what_is_over": 1,
    "jobs.housekeeping.add_up_charges": 1,
    "jobs.housekeeping.tell_of_balances": 1,
    "jobs.housekeeping.wipe_pins": 1,
    "jobs.invitations.send_all_letters": 1,
    "jobs.housekeeping.post_monthly_fees": 60,
    "jobs.bulk.forget_batches": 60,
    "jobs.imports.forget_imports": 60,
    "jobs.webhooks.forget_events": 60,
    "jobs.categories.assign_all_categories": 1,
    "jobs.housekeeping.check_audit_logs": 60,
    "jobs.proofs.prove_ledgers": 60,
    "jobs.housekeeping.forget_customers_sign_ins": 60,
    "jobs.housekeeping.forget_open_sales": 60,
    "jobs.housekeeping.forget_kiosk_visits": 10,
    "jobs.housekeeping.forget_form_keys": 60,
    "jobs.housekeeping.forget_call_keys": 60,
    "jobs.housekeeping.forget_drafts": 24 * 60,
    "jobs.housekeeping.forget_openings": 24 * 60,
    "jobs.housekeeping.remove_unused_pictures": 24 * 60,
    "jobs.housekeeping.find_duplicates": 24 * 60,
}
"""Job → minutes between two of it."""
SOON = 10
"""Who is sent as often as this is run before all else that waits; what comes more seldom may wait its turn."""


def run(redis_url: str, stop: threading.Event, minute: float = 60) -> None:
    """Send every job as often as it is due; one that waits until the next of it lapses, lest they pile up.

    `minute` is how long one lasts, in seconds.
    """
    connection = connect(redis_url)
    passed = 0
    while not stop.is_set():
        for function in due(passed):
            minutes = MINUTES[function]
            send(connection, function, ttl=max(1, int(minute * minutes)), at_front=minutes <= SOON)
        passed += 1
        stop.wait(minute)


def due(passed: int) -> list[str]:
    """The jobs of this minute, each time with another at the end: so of what is too much for one it is not always the
    same that lapses.
    """
    found = [function for function, minutes in MINUTES.items() if passed % minutes == 0]
    turn = passed % len(found) if found else 0
    return found[turn:] + found[:turn]


if __name__ == "__main__":
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    run(Config.from_environ(os.environ).redis_url, stop)
