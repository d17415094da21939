"""What people typed about a customer goes with it: their forms that were not sent, filters that name it (CP-8)."""

from migrations.policies import definer

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# Letters, digits and dots alone, so that a phone or a card is found however it was typed.
PLAIN = "regexp_replace(lower({0}), '[^[:alnum:].@_]', '', 'g')"
HERE = "business_id = nullif(current_setting('app.business_id', true), '')::bigint"


def upgrade() -> None:
    # The forms of others are seen by nobody, so neither by who erases.
    definer(
        "forget_what_was_typed(customer bigint, marks text[])",
        "void",
        f"DELETE FROM unsent_form WHERE {HERE} AND starts_with(path, '/customers/' || customer || '/');"
        f" DELETE FROM saved_filter WHERE {HERE} AND EXISTS (SELECT FROM unnest(marks) mark"
        f" WHERE strpos({PLAIN.format('conditions::text')}, {PLAIN.format('mark')}) > 0)",
        "VOLATILE",
    )
