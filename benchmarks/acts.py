"""Acts: one beside WeasyPrint alone on the same HTML, and a month of many businesses closed on both cores.

`python -m benchmarks.acts 500` measures these rows alone, of so many businesses, and prints them.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime

import weasyprint
from flask import Flask

from app import create_app
from app.acts.document import Content, content_of, html_of, pdf_of
from app.acts.models import Act, Details, Jurisdiction
from app.acts.pdf import STYLE
from app.acts.printing import VARIANT
from app.acts.queries import due_businesses
from app.acts.services import close_months, keep_requisites, set_executor, work
from app.billing.models import Tariff
from app.businesses.services import NewBusiness, create_business
from app.config import Config
from app.db import business_id, unit_of_work
from app.extensions import db
from app.local.embedded import Postgres
from app.scope import Scope
from benchmarks.alone import show
from benchmarks.report import Result
from benchmarks.sizes import flask, serving_environment

TIMES, WORKERS, BUSINESSES = 15, 2, 500
DATABASE = "acts"
DETAILS: Details = {
    "legal_name": "ТОВ «Кавалер Кава»",
    "address": "04071, м. Київ, вул. Верхній Вал, 18",
    "tax_id": "43905160",
    "account": "UA823220010000026009310045521",
    "bank": "АТ «Універсал Банк»",
    "signatory": "Коваленко Анна Петрівна",
    "position": "директорка",
    "authority": "Статут",
}
CONTRACT: Details = {"contract_number": "118/24", "contract_date": "2024-03-01"}


def one_act(content: Content) -> tuple[float, float]:
    """Seconds of one act as we make it, and of WeasyPrint alone; in turns, the middle of each."""
    html, style = html_of(content), weasyprint.CSS(filename=str(STYLE))
    ours, alone = [], []
    for _each in range(TIMES):
        ours.append(_seconds(lambda: pdf_of(content, 1)))
        alone.append(_seconds(lambda: _alone(html, style)))
    return statistics.median(ours), statistics.median(alone)


def month(app: Flask, number: int) -> tuple[float, float]:
    """Acts a second of a month closed by two workers, and of WeasyPrint alone in two processes on the same HTML."""
    with app.app_context():
        content = _businesses(number)
        due = len(due_businesses())
        html, style = html_of(content), weasyprint.CSS(filename=str(STYLE))
        db.engine.dispose(close=False)
    # Each in its turn, as both take all cores.
    ours = _forked(lambda lane: _close(app, lane))
    alone = _forked(lambda lane: [_alone(html, style) for _each in range(due // WORKERS)] and None)
    with app.app_context():
        assert due_businesses() == []
    return due / ours, due / alone


def _businesses(number: int) -> Content:
    """Businesses with one month that is over; what an act of theirs says."""
    with unit_of_work(Scope(None)):
        set_executor(Jurisdiction.UA, date(2020, 1, 1), {**DETAILS, "place": "м. Київ"}, 2_000)
    this_month = datetime.now(UTC).replace(day=1, hour=12)
    begins = this_month.replace(year=this_month.year - (this_month.month == 1), month=(this_month.month - 2) % 12 + 1)
    stamp = int(time.time())
    for place in range(number + 1):
        made = create_business(NewBusiness(f"Act {place}", f"act-{stamp}-{place}", "UAH", "Europe/Kyiv", "UA"))
        with unit_of_work(Scope(made)):
            keep_requisites(Jurisdiction.UA, "uk", {**DETAILS, **CONTRACT})
            prices = {"monthly_fee": 99_000, "transaction_price": 12, "sms_price": 79, "viber_price": 45}
            db.session.add(Tariff(business_id=business_id(), valid_from=begins, **prices))
    with unit_of_work(Scope(made)):
        close_months()
        return content_of(db.session.query(Act).filter_by(business_id=made).one(), None)


def _close(app: Flask, lane: int) -> None:
    with app.app_context():
        work(lane, lambda: False)


def _alone(html: str, style: weasyprint.CSS) -> bytes:
    made: bytes = weasyprint.HTML(string=html).write_pdf(stylesheets=[style], pdf_variant=VARIANT, pdf_tags=True)
    return made


def _forked(do: Callable[[int], object]) -> float:
    """Seconds until both processes are done."""
    began = time.perf_counter()
    children = []
    for lane in range(1, WORKERS + 1):
        child = os.fork()
        if not child:
            do(lane)
            os._exit(0)
        children.append(child)
    if any(os.waitpid(child, 0)[1] for child in children):
        sys.exit("A worker failed.")
    return time.perf_counter() - began


def _seconds(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def rows(postgres: Postgres, number: int = BUSINESSES) -> list[Result]:
    """In a database of their own, made anew: a month that is closed is closed."""
    postgres.drop_database(DATABASE)
    postgres.create_database(DATABASE)
    flask(postgres, DATABASE, "db", "upgrade")
    app = create_app(Config.from_environ(serving_environment(postgres, DATABASE)))
    ours, alone = month(app, number)
    with app.app_context():
        single, bare = one_act(_businesses(0))
        db.engine.dispose()
    return [
        Result(
            "one act as a PDF/A, beside WeasyPrint alone on the same HTML",
            *(f"{single * 1000:.0f} ms", f"{bare * 1000:.0f} ms", single / bare, "≤ 1.2", single <= 1.2 * bare),
        ),
        Result(
            f"a month of {number} businesses closed on both cores, beside WeasyPrint alone on them",
            *(f"{ours:.1f} acts a second", f"{alone:.1f}", ours / alone, "≥ 0.8", ours >= 0.8 * alone),
        ),
    ]


if __name__ == "__main__":
    show(rows)
