"""The commands of the platform's staff: `flask support …`. Areas add theirs to this group."""

from __future__ import annotations

from flask.cli import AppGroup

group = AppGroup("support", help="What only the platform's staff does for a business.")
