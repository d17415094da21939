"""What the tests of places share."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.audit import AuditEntry
from app.extensions import db
from tests.browsing import Form, form_to, send
from tests.people import Shop

NEW = "/points-of-sale/new"


def new_place_form(client: FlaskClient) -> Form:
    return form_to(client.get(NEW), "/points-of-sale")


def add(client: FlaskClient, **values: str) -> TestResponse:
    return send(client, new_place_form(client), values)


def archive(client: FlaskClient, page: str) -> TestResponse:
    asked = client.get(f"{page}/archiving")
    return send(client, form_to(asked, f"{page}/archiving"), {})


def rows(shop: Shop, kind: Any) -> dict[str, Any]:
    """Name → row of a business, read outside of any request."""
    with shop.work():
        found = db.session.scalars(select(kind).order_by(kind.id)).all()
        db.session.expunge_all()
    return {row.name: row for row in found}


def audited(shop: Shop) -> list[str]:
    with shop.work():
        return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id.desc()).limit(3)))
