"""Where the pages of offers, coupons and gift cards hang."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("offers", __name__)
