"""The list views: the columns of our page, all sortable, and its search fields. Whoever asks may see them."""

from datetime import datetime

from flask import Flask, request
from flask_admin import Admin
from flask_admin.contrib.sqla import ModelView
from sqlalchemy import or_
from sqlalchemy.orm import Query, aliased

from benchmarks.peers.flask_admin.models import Balance, Customer, CustomerStats, db
from benchmarks.peers.selection import BUSINESS, PAGE_SIZE, URL


def columns(figures: str) -> list[str]:
    own = ["phone", "first_name", "last_name", "enrolment.category.name", "enrolment.access"]
    sold = [f"{figures}.{name}" for name in ("sales_count", "amount", "average", "last_at")]
    return [*own, *sold, "balance.amount", "balance.expiring_at"]


class Everywhere(ModelView):
    page_size = PAGE_SIZE
    column_list = column_sortable_list = columns("everywhere")
    column_searchable_list = ("first_name", "last_name", "phone", "email")
    column_select_related_list = (Customer.everywhere, Customer.enrolment, Customer.balance)

    def get_query(self) -> Query[Customer]:
        return super().get_query().filter(Customer.business_id == BUSINESS)

    def get_count_query(self) -> Query[int]:
        return super().get_count_query().filter(Customer.business_id == BUSINESS)


class OnePlace(Everywhere):
    column_list = column_sortable_list = columns("there")
    column_select_related_list = (Customer.there, Customer.enrolment, Customer.balance)

    def get_query(self) -> Query[Customer]:
        return super().get_query().filter(Customer.there.has())

    def get_count_query(self) -> Query[int]:
        return super().get_count_query().filter(Customer.there.has())


class Selected(Everywhere):
    """Three conditions, two of them joined by OR: the average check's bound, the first day, the points' bound."""

    def get_query(self) -> Query[Customer]:
        return self._selected(super().get_query())

    def get_count_query(self) -> Query[int]:
        return self._selected(super().get_count_query())

    def _selected(self, query: Query) -> Query:
        average, since, points = request.args["selected"].split(",")
        rows = query.join(Customer.everywhere.of_type(figures)).join(Customer.balance.of_type(held))
        late = or_(figures.last_at >= datetime.fromisoformat(f"{since}T00:00+02:00"), held.amount > int(points))
        return rows.filter(figures.average > int(average), late)


figures, held = aliased(CustomerStats), aliased(Balance)

app = Flask(__name__)
app.config.update(SECRET_KEY="only for measuring on this machine", SQLALCHEMY_DATABASE_URI=URL)
db.init_app(app)
admin = Admin(app, name="Customers")
admin.add_view(Everywhere(Customer, db, name="Everywhere", endpoint="everywhere"))
admin.add_view(Selected(Customer, db, name="Selected", endpoint="selected"))
admin.add_view(OnePlace(Customer, db, name="One place", endpoint="one_place"))
