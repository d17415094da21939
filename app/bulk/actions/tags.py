"""Tags: add one, change its value, remove it (BA-10)."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import text
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, ValidationError

from app.bulk.models import Batch, ItemState
from app.bulk.registry import ERASED, Action, ActionForm, Claim, Doubts, Values
from app.bulk.sensitive import reaches_many
from app.customers.services.tagging import MOST_TAGS
from app.db import business_id
from app.extensions import db
from app.forms import line
from app.permissions import Permission

ADD, CHANGE, REMOVE = "add", "change", "remove"
_TAG = "LEFT JOIN tag t ON t.business_id = :business AND t.customer_id = a.customer_id AND t.key = :tag_key"


class TagsForm(ActionForm):
    way = RadioField(
        _l("What to do"),
        choices=[SelectChoice(ADD, _l("Add")), SelectChoice(CHANGE, _l("Change")), SelectChoice(REMOVE, _l("Remove"))],
        default=ADD,
    )
    key = line(_l("Key"), DataRequired(_l("Enter a key.")), longest=60)
    value = line(_l("Value"), longest=200)

    def validate_value(self, field: object) -> None:
        if self.way.data != REMOVE and not self.value.data:
            raise ValidationError(_("Enter a value."))


class Tagging:
    """Gives, changes or takes off a tag, and keeps what was there."""

    def doubts(self, batch: Batch) -> Doubts:
        way, values = batch.values["way"], _values(batch.values)
        lacks = ("t.key IS NULL", "no_tag")
        arms = {
            ADD: (("t.key IS NOT NULL", "has_tag"), (f"c.tag_count >= {MOST_TAGS}", "too_many_tags")),
            CHANGE: (lacks, ("t.value = :tag_value", "same_tag")),
            REMOVE: (lacks,),
        }
        return Doubts(arms[way], _TAG, values=values if way == CHANGE else {"tag_key": values["tag_key"]})

    def step(self, claim: Claim) -> int:
        statements = {ADD: _ADD, CHANGE: _CHANGE, REMOVE: _REMOVE}
        _run(claim, statements[claim.batch.values["way"]])
        return 0


class Untagging:
    """Takes it back where the tag is still as it was left."""

    def doubts(self, batch: Batch) -> Doubts:
        values = _values(batch.values)
        if batch.values["way"] == REMOVE:
            arms = (("t.key IS NOT NULL", "has_tag"), (f"c.tag_count >= {MOST_TAGS}", "too_many_tags"))
            return Doubts(arms, _TAG, values={"tag_key": values["tag_key"]})
        return Doubts((("t.value IS DISTINCT FROM :tag_value", "tag_changed"),), _TAG, values=values)

    def step(self, claim: Claim) -> int:
        statements = {ADD: _REMOVE, CHANGE: _PUT_BACK, REMOVE: _RESTORE}
        _run(claim, statements[claim.batch.values["way"]])
        return 0


def _values(values: Values) -> dict[str, object]:
    return {"tag_key": values["key"], "tag_value": values["value"]}


def _run(claim: Claim, statement: str) -> None:
    asked = {"business": business_id(), "batch": claim.batch.id, "undone": claim.batch.undoes_id}
    db.session.execute(text(statement), {**asked, **_values(claim.batch.values), "customers": list(claim.customers)})


_ASKED = "WITH asked AS (SELECT unnest(CAST(:customers AS bigint[])) AS customer_id)"
_KEEP = (
    f"kept AS (UPDATE batch_item i SET state = {ItemState.DONE:d}, kept = to_jsonb(told.value) FROM told"
    " WHERE i.business_id = :business AND i.batch_id = :batch AND i.customer_id = told.customer_id)"
)
_COUNT = (
    "UPDATE customer c SET tag_count = c.tag_count + {by} FROM told"
    " WHERE c.business_id = :business AND c.id = told.customer_id"
)
_ADD = f"""
    {_ASKED}, told AS (
        INSERT INTO tag (business_id, customer_id, key, value) SELECT :business, customer_id, :tag_key, :tag_value
        FROM asked ORDER BY customer_id ON CONFLICT DO NOTHING RETURNING customer_id
    ) {_COUNT.format(by=1)}
"""
_CHANGE = f"""
    {_ASKED}, told AS (
        SELECT t.customer_id, t.value FROM asked JOIN tag t USING (customer_id)
        WHERE t.business_id = :business AND t.key = :tag_key FOR UPDATE OF t
    ), {_KEEP}
    UPDATE tag t SET value = :tag_value FROM told
    WHERE t.business_id = :business AND t.customer_id = told.customer_id AND t.key = :tag_key
"""
_REMOVE = f"""
    {_ASKED}, told AS (
        DELETE FROM tag t USING asked WHERE t.business_id = :business AND t.customer_id = asked.customer_id
            AND t.key = :tag_key RETURNING t.customer_id, t.value
    ), {_KEEP}
    {_COUNT.format(by=-1)}
"""
_BEFORE = (
    "before AS (SELECT d.customer_id, d.kept #>> '{{}}' AS value FROM asked JOIN batch_item d USING (customer_id)"
    " WHERE d.business_id = :business AND d.batch_id = :undone AND d.kept IS NOT NULL)"
).replace("{{}}", "{}")
_PUT_BACK = f"""
    {_ASKED}, {_BEFORE}
    UPDATE tag t SET value = before.value FROM before
    WHERE t.business_id = :business AND t.customer_id = before.customer_id AND t.key = :tag_key
"""
_RESTORE = f"""
    {_ASKED}, {_BEFORE}, told AS (
        INSERT INTO tag (business_id, customer_id, key, value) SELECT :business, customer_id, :tag_key, value
        FROM before ORDER BY customer_id ON CONFLICT DO NOTHING RETURNING customer_id
    ) {_COUNT.format(by=1)}
"""


def _title(values: Values) -> str:
    words = {
        ADD: _("Add the tag %(key)s = %(value)s", **_named(values)),
        CHANGE: _("Change the tag %(key)s to %(value)s", **_named(values)),
        REMOVE: _("Remove the tag %(key)s", **_named(values)),
    }
    return words[values["way"]]


def _named(values: Values) -> dict[str, str]:
    return {"key": values["key"], "value": _("(erased)") if ERASED in values else values["value"] or ""}


TAGS = Action(
    key="tags",
    label=_l("Add, change or remove a tag"),
    sign="tag",
    about=_l("A key with a value, such as city = Kyiv"),
    permission=Permission.EDIT_CUSTOMERS,
    form=TagsForm,
    title=_title,
    reasons={
        "has_tag": _l("Has a tag of this key"),
        "no_tag": _l("Has no tag of this key"),
        "same_tag": _l("Has this value already"),
        "too_many_tags": _l("Has as many tags as a customer can have"),
        "tag_changed": _l("The tag was changed since"),
    },
    do=Tagging(),
    undo=Untagging(),
    done=_l("Changed"),
    asks_again=reaches_many,
)
