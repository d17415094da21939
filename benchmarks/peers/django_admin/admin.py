"""The changelists: the columns of our page, all sortable, and its search fields."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from benchmarks.peers.django_admin.models import Customer, Everywhere, OnePlace
from benchmarks.peers.selection import BUSINESS, PAGE_SIZE

_SHOWN = ("category", "access", "sales_count", "amount", "average", "last_at", "points", "expiring_at")


class Selected(admin.SimpleListFilter):
    """Three conditions, two of them joined by OR: the average check's bound, the first day, the points' bound."""

    title = parameter_name = "selected"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [(self.value() or "", "chosen")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> QuerySet[Customer]:
        if not self.value():
            return queryset
        average, since, points = self.value().split(",")
        late = Q(figures__last_at__gte=f"{since} 00:00+02:00") | Q(held__amount__gt=points)
        return queryset.filter(Q(figures__average__gt=average) & late)


class CustomerAdmin(admin.ModelAdmin):
    list_filter = (Selected,)
    list_display = ("phone", "first_name", "last_name", *_SHOWN)
    search_fields = ("^first_name", "^last_name", "phone", "^email")
    list_per_page = PAGE_SIZE

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        return super().get_queryset(request).filter(business_id=BUSINESS).with_columns(self.model.scope)


def _shown(name: str):
    @admin.display(ordering=name, description=name.replace("_", " "))
    def value(self: CustomerAdmin, customer: Customer) -> object:
        return getattr(customer, name)

    return value


for _name in _SHOWN:
    setattr(CustomerAdmin, _name, _shown(_name))


@admin.register(Everywhere)
class EverywhereAdmin(CustomerAdmin):
    pass


@admin.register(OnePlace)
class OnePlaceAdmin(CustomerAdmin):
    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        return super().get_queryset(request).filter(figures__sales_count__gt=0)
