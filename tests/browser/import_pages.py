"""Pages of imports for the pictures: one at each step, over the demonstration business."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import text

from app.bulk.services.chunks import Chunk, do_chunk
from app.bulk.services.running import work
from app.db import unit_of_work
from app.extensions import db
from app.imports.queries import held_import, import_named
from app.imports.services import reading, uploading
from app.permissions import Role
from tests.people import Person

PAGES = {
    "imports": "/imports",
    "import-file": "/imports/new",
    "import-columns": "/imports/{sent}/columns",
    "import-checking": "/imports/{checking}",
    "import-check": "/imports/{checked}",
    "import-rows": "/imports/{checked}?state=refused",
    "import-progress": "/imports/{under_way}",
    "import-report": "/imports/{done_import}",
    "import-mending": "/imports/{done_import}/mending",
}
_FIRST = ("Олена", "Андрій", "Ірина", "Дмитро", "Юлія", "Богдан", "Emily", "Соломія", "Роман", "Катерина")
_LAST = ("Коваль", "Мельник", "Ткаченко", "Novak", "Захарченко", "Левицький", "Поліщук", "Яремчук")
_HEAD = "Телефон;Ім'я;Прізвище;Ел. пошта;Картка;Бонуси;Місто"


def ids(app: Flask, anna: Person) -> dict[str, int]:
    with app.app_context(), unit_of_work(anna.scope):
        known = list(db.session.scalars(text("SELECT phone FROM customer WHERE phone <> '' ORDER BY id LIMIT 60")))
    made = {name: _sent(app, anna, known, name) for name in ("sent", "checking", "checked", "under_way", "done_import")}
    for name in ("checked", "under_way", "done_import"):
        _read(app, anna, made[name])
    batches = {name: _confirm(app, anna, made[name]) for name in ("done_import", "under_way")}
    with app.app_context():
        while work(anna.business, batches["done_import"], lambda: False):
            pass
        after = 0
        for _each in range(3):
            after = do_chunk(anna.scope, Chunk(batches["under_way"], 200, after))
    return made


def _file(known: list[str], name: str) -> bytes:
    """A file as another till writes it: some are here already, some rows cannot be taken."""
    place = sum(map(ord, name)) % 90 + 10
    rows = [f"{phone};{_FIRST[n % 10]};{_LAST[n % 8]};;;;Київ" for n, phone in enumerate(known)]
    for n in range(1_840):
        mail = f"klient{n}@example.com" if n % 3 else ""
        card = str(place * 100_000 + n) if n % 4 else ""
        rows.append(f"+38050{place}{n:05};{_FIRST[n % 10]};{_LAST[n % 8]};{mail};{card};{n % 90};Львів")
    rows[3:3] = ["067 412 08;Марія;Шевченко;;;10;Київ", "+380501112200;Олег;Гнатюк;oleh@@example;;5;Київ"]
    rows[9:9] = [";Тарас;Бойко;taras@example.com;;;", "+380501112201;Ніна;Лисенко;;;багато;Одеса", rows[1]]
    return "\n".join([_HEAD, *rows, ""]).encode("cp1251")


def _sent(app: Flask, anna: Person, known: list[str], name: str) -> int:
    with app.app_context(), unit_of_work(anna.scope):
        job = uploading.begin(_file(known, name), "Клієнти з каси.csv")
        if name != "sent":
            program = int(db.session.execute(text("SELECT id FROM program WHERE is_default")).scalar_one())
            uploading.check(job, job.mapping, program)
        return job.id


def _read(app: Flask, anna: Person, number: int) -> None:
    with app.app_context():
        while reading.work(anna.business, number, lambda: False):
            pass


def _confirm(app: Flask, anna: Person, number: int) -> int:
    with app.app_context(), unit_of_work(anna.scope):
        uploading.confirm(held_import(number), Role.ADMIN)
        return import_named(number).batch_id or 0
