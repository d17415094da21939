"""Categories of a program's customers: adding, renaming, ordering, the default one (AC-3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.address import address
from app.loyalty import pages
from app.loyalty.forms.program import CategoryForm
from app.loyalty.models import Category
from app.loyalty.queries import categories_of, category_named, lock_programs, program_named, run_of
from app.loyalty.rule_words import category_rule
from app.loyalty.services import categories as services
from app.loyalty.views.blueprint import blueprint
from app.permissions import Permission, requires
from app.web import go

MOST_CATEGORIES = 50


@blueprint.get("/programs/<int:program_id>/customer-categories")
@requires(Permission.READ_LOYALTY)
def categories(program_id: int) -> BaseResponse:
    program, ranked = program_named(program_id), categories_of(program_id)
    rules = {each.id: category_rule(each) for each in ranked}
    shown: dict[str, Any] = {"categories": ranked, "rules": rules, "run": run_of(program_id)}
    return pages.show("loyalty/program/categories.html", program, "categories", **shown)


@blueprint.get("/programs/<int:program_id>/customer-categories/new")
@requires(Permission.EDIT_LOYALTY)
def add_category(program_id: int) -> BaseResponse:
    return _show_new(program_id, CategoryForm())


@blueprint.post("/programs/<int:program_id>/customer-categories")
@requires(Permission.EDIT_LOYALTY)
def create_category(program_id: int) -> BaseResponse:
    lock_programs()
    program_named(program_id)
    form = CategoryForm()
    if len(categories_of(program_id)) >= MOST_CATEGORIES:
        form.form_errors.append(_("A program has at most %(number)d categories.", number=MOST_CATEGORIES))
        return _show_new(program_id, form, 409)
    if not pages.taken(form, form.name, lambda: services.add_category(program_id, form.name.data, form.rule())):
        return _show_new(program_id, form, 422)
    flash(_("“%(name)s” was added.", name=form.name.data), "success")
    return _back(program_id)


@blueprint.post("/programs/<int:program_id>/customer-categories/order")
@requires(Permission.EDIT_LOYALTY)
def order_categories(program_id: int) -> BaseResponse:
    lock_programs()
    program_named(program_id)
    listed = request.form.getlist("order", type=int)
    services.order_categories(program_id, pages.moved(listed, request.form.get("move", "")))
    flash(_("The order was saved."), "success")
    return _back(program_id)


@blueprint.get("/programs/<int:program_id>/customer-categories/<int:category_id>")
@requires(Permission.EDIT_LOYALTY)
def edit_category(program_id: int, category_id: int) -> BaseResponse:
    category = category_named(program_id, category_id)
    form = _form_of(category)
    form.show(category)
    return _show_kept(category, form)


@blueprint.post("/programs/<int:program_id>/customer-categories/<int:category_id>")
@requires(Permission.EDIT_LOYALTY)
def change_category(program_id: int, category_id: int) -> BaseResponse:
    lock_programs()
    category = category_named(program_id, category_id)
    form = _form_of(category)
    if form.is_stale(category) and (differing := form.kept_words(category)):
        form.show(category)
        return _show_kept(category, form, 409, differing)
    if not pages.taken(form, form.name, lambda: services.change_category(category, form.name.data, form.rule())):
        return _show_kept(category, form, 422)
    flash(_("“%(name)s” was saved.", name=category.name), "success")
    return _back(program_id)


@blueprint.post("/programs/<int:program_id>/customer-categories/<int:category_id>/default")
@requires(Permission.EDIT_LOYALTY)
def make_category_default(program_id: int, category_id: int) -> BaseResponse:
    lock_programs()
    category = category_named(program_id, category_id)
    services.make_default(category)
    flash(_("New customers get “%(name)s” from now on.", name=category.name), "success")
    return _back(program_id)


def _form_of(category: Category) -> CategoryForm:
    form = CategoryForm(obj=category)
    if category.is_default:
        form.without_rule()
    return form


def _back(program_id: int) -> BaseResponse:
    return go(url_for("loyalty.categories", program_id=program_id))


def _show_new(program_id: int, form: CategoryForm, status: int = 200) -> BaseResponse:
    action = url_for("loyalty.create_category", program_id=program_id)
    return _show(program_id, form, status, title=_("New category"), action=action, kept=(), default_href=None)


def _show_kept(
    category: Category, form: CategoryForm, status: int = 200, kept: Sequence[tuple[str, str]] = ()
) -> BaseResponse:
    ids: dict[str, int | None] = {"program_id": category.program_id, "category_id": category.id}
    return _show(
        category.program_id,
        form,
        status,
        title=category.name,
        action=address("loyalty.change_category", **ids),
        kept=kept,
        default_href=None if category.is_default else address("loyalty.make_category_default", **ids),
    )


def _show(program_id: int, form: CategoryForm, status: int, **context: Any) -> BaseResponse:
    back = url_for("loyalty.categories", program_id=program_id)
    program = program_named(program_id)
    return pages.show("loyalty/program/category.html", program, "categories", status, form=form, back=back, **context)
