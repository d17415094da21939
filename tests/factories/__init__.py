"""Rows for tests, made one by one in the unit of work at hand, coherent as the application keeps them."""

from __future__ import annotations

from tests.factories.batches import add_batch, add_import
from tests.factories.customers import add_answer, add_customer, add_duplicate, add_segment, enrol, hold, segment_row
from tests.factories.letters import add_message, add_simulated, add_template
from tests.factories.loyalty import (
    add_account,
    add_category,
    add_good,
    add_good_group,
    add_question,
    add_rule,
    choice_ids,
    default_program,
)
from tests.factories.offers import add_offer, add_series, give_offer
from tests.factories.places import add_franchisee, add_point_of_sale, add_terminal
from tests.factories.sales import add_open_sale, add_points, add_sale, cancel_sale, sale_values

__all__ = [
    "add_account",
    "add_answer",
    "add_batch",
    "add_category",
    "add_customer",
    "add_duplicate",
    "add_franchisee",
    "add_good",
    "add_good_group",
    "add_import",
    "add_message",
    "add_offer",
    "add_open_sale",
    "add_point_of_sale",
    "add_points",
    "add_question",
    "add_rule",
    "add_sale",
    "add_segment",
    "add_series",
    "add_simulated",
    "add_template",
    "add_terminal",
    "cancel_sale",
    "choice_ids",
    "default_program",
    "enrol",
    "give_offer",
    "hold",
    "sale_values",
    "segment_row",
]
