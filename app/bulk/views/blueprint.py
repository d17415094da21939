from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("bulk", __name__)
