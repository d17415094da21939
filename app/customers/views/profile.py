"""A customer's profile: the overview (CP-1); tabs of other areas have addresses of their own."""

from __future__ import annotations

from werkzeug.wrappers import Response as BaseResponse

from app.customers import profile as knowledge
from app.customers.about import about
from app.customers.duplicates import alike, merges_of
from app.customers.queries import customer_named
from app.customers.registry import facts, registry
from app.customers.tabs import show_tab
from app.customers.views.blueprint import blueprint
from app.filters import language
from app.identity import person, workplace
from app.lib.formats import currency_symbol
from app.permissions import Permission, requires


@blueprint.get("/<int:customer_id>")
@requires(Permission.READ_CUSTOMERS)
def profile(customer_id: int) -> BaseResponse:
    customer = customer_named(customer_id)
    figures = knowledge.figures(customer_id)
    overview = {
        "currency": currency_symbol(workplace().currency, language()),
        "spend": figures.spend,
        "average_basket": figures.average_basket,
        "sales": figures.sales,
        "days_since_last_purchase": figures.days_since_last_purchase,
        "last_purchase": figures.last_purchase,
        "tags": knowledge.tags(customer_id),
        "tags_total": customer.tag_count,
        "about": about(customer),
        "alike": alike(customer_id) if person().may(Permission.MERGE_CUSTOMERS) else [],
        "merges": merges_of(customer_id) if person().may(Permission.MERGE_CUSTOMERS) else [],
        **facts(registry.overview, customer_id),
    }
    return show_tab("overview", "customers/profile/overview.html", customer, overview=overview)
