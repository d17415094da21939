"""Settings of the business: name, currency, time zone, country."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.businesses import queries, services
from app.businesses.forms import BusinessForm
from app.businesses.hooks import settings_pages
from app.businesses.models import Business
from app.businesses.views.blueprint import blueprint
from app.filters import language
from app.links import my_address
from app.permissions import Permission, requires
from app.web import go, render


@blueprint.get("/settings")
@requires(Permission.EDIT_BUSINESS)
def settings() -> Response:
    business = queries.own_business()
    form = _form(business)
    form.show(business)
    return _show(form)


@blueprint.post("/settings")
@requires(Permission.EDIT_BUSINESS)
def change_settings() -> BaseResponse:
    business = queries.lock_places()
    form = _form(business)
    if form.is_stale(business) and (kept := form.kept_words(business)):
        form.show(business)
        return _show(form, 409, kept)
    if not form.validate():
        return _show(form, 422)
    services.change_business(business, form.values())
    flash(_("The settings were saved."), "success")
    return go(url_for("businesses.settings"))


def _form(business: Business) -> BusinessForm:
    form = BusinessForm(obj=business)
    form.offer(language(), business, fixed=queries.money_moved())
    return form


def _show(form: BusinessForm, status: int = 200, kept: Sequence[tuple[str, str]] = ()) -> Response:
    response = render(
        "businesses/settings.html",
        form=form,
        action=url_for("businesses.change_settings"),
        kept=kept,
        my_address=my_address(queries.own_business().slug),
        more=[(each.label, each.about, url_for(each.endpoint)) for each in settings_pages()],
    )
    response.status_code = status
    return response
