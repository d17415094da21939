"""Pictures of the customer's page: of a regular who has one of each thing."""

from __future__ import annotations

import secrets

from flask import Flask
from sqlalchemy import text

from app.businesses.queries import own_business
from app.customers.models import Customer
from app.db import business_id, unit_of_work
from app.extensions import db
from app.identity import token_hash
from app.my.models import MySession
from app.my.services.phones import phone_hash
from app.scope import Scope

PAGES = {
    "my-card": "/my/{slug}",
    "my-offers": "/my/{slug}/offers",
    "my-messages": "/my/{slug}/messages",
    "my-message": "/my/{slug}/messages/{message}",
    "my-history": "/my/{slug}/history",
    "my-settings": "/my/{slug}/settings",
    "my-coupon": "/my/{slug}/coupons/{coupon}",
    "my-leaving": "/my/{slug}/programs/{program}/leaving",
}
AT_DOOR = {"my-find": "/my", "my-sign-in": "/my/{slug}/sign-in", "my-nobody": "/my/nobody"}


def ids(app: Flask, business: int, customer: int) -> dict[str, object]:
    asked = {
        "message": "SELECT max(id) FROM message WHERE customer_id = :customer AND direction = 1 AND kind <> 3"
        " AND status IN (4, 6)",
        "coupon": "SELECT max(id) FROM coupon WHERE holder_id = :customer AND status = 1",
        "program": "SELECT id FROM program WHERE is_default",
    }
    with app.app_context(), unit_of_work(Scope(business)):
        found = {name: db.session.scalar(text(each), {"customer": customer}) for name, each in asked.items()}
        return {**found, "slug": own_business().slug}


def cookie(app: Flask, business: int, customer: int) -> tuple[str, str]:
    """Name and value of a session's."""
    token = secrets.token_urlsafe(32)
    with app.app_context(), unit_of_work(Scope(business)):
        phone = phone_hash(db.session.get_one(Customer, (business_id(), customer)).phone)
        session = {"token_hash": token_hash(token), "customer_id": customer, "phone_hash": phone}
        db.session.add(MySession(business_id=business_id(), **session))
    return f"regulars_my_{business}", token
