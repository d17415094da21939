"""What this area hangs in at start-up: the table's columns, the overview, figures that follow a point of sale."""

from __future__ import annotations

from flask_babel import lazy_gettext

from app.audit_words import describe
from app.businesses.services import on_places_regrouped
from app.customers.answers import answer_columns
from app.customers.audit_words import KINDS
from app.customers.columns import figure_columns, identity_columns, program_columns, registration_columns
from app.customers.conditions.fields import add_fields
from app.customers.fields import (
    answer_fields,
    figure_fields,
    identity_fields,
    program_fields,
    registration_fields,
    tag_fields,
)
from app.customers.personal_data import SECTIONS
from app.customers.registry import Tab, add_columns, add_personal_data, add_tab
from app.customers.regrouping import regroup_figures
from app.customers.segments import segment_fields
from app.customers.tags import tag_count


def register() -> None:
    for kind in KINDS:
        describe(kind)
    add_columns(10, identity_columns)
    add_columns(20, program_columns)
    add_columns(30, figure_columns)
    add_columns(55, answer_columns)
    add_columns(60, registration_columns)
    add_fields(5, segment_fields)
    add_fields(10, identity_fields)
    add_fields(20, program_fields)
    add_fields(30, figure_fields)
    add_fields(50, tag_fields)
    add_fields(55, answer_fields)
    add_fields(60, registration_fields)
    add_tab(10, Tab("overview", lazy_gettext("Overview"), "customers.profile"))
    add_tab(60, Tab("tags", lazy_gettext("Tags"), "customers.tags", count=tag_count))
    for section, provider in SECTIONS.items():
        add_personal_data(section, provider)
    on_places_regrouped(regroup_figures)
