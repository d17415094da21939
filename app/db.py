"""One unit of work per request or job step: it opens with its scope and is committed once, at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, Executable, NullPool, create_engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, SessionTransaction

from app.config import ConfigError
from app.driver import connecting, send
from app.extensions import db
from app.scope import NoScopeError, Scope

# In one column, as the driver makes ready for each.
_SET = text(
    "SELECT concat(set_config('app.business_id', :b, true), set_config('app.franchisee_id', :f, true),"
    " set_config('app.user_id', :u, true), set_config('app.api_key_id', :k, true),"
    " set_config('plan_cache_mode', :plans, true))"
)

# What a franchisee's operators may see is worked out here, once, and not by every policy of every statement (PR-3).
_SET_LOCATIONS = text(
    """
    SELECT
        set_config('app.places', (SELECT coalesce(string_agg(id::text, ','), '') FROM point_of_sale
            WHERE business_id = :b AND franchisee_id = :f), true),
        set_config('app.scopes', (SELECT coalesce(string_agg(id::text, ','), '') FROM stats_scope
            WHERE business_id = :b AND owner_franchisee_id = :f), true),
        set_config('app.franchisee_scope', coalesce((SELECT id::text FROM stats_scope
            WHERE business_id = :b AND franchisee_id = :f AND program_id IS NULL), ''), true)
    """
)


def open_scope(scope: Scope) -> None:
    """Says whose rows this session serves. A session in the middle of a transaction keeps the one it has."""
    session = db.session()
    if session.in_transaction():
        raise RuntimeError("The scope cannot change within a transaction.")
    session.info["scope"] = scope


def current_scope() -> Scope:
    """The scope of this session. Raises NoScopeError when none was opened."""
    scope = db.session().info.get("scope")
    if not isinstance(scope, Scope):
        raise NoScopeError("No business was chosen for this database session.")
    return scope


def business_id() -> int:
    """The business that this session serves. Raises NoScopeError outside of one."""
    number = current_scope().business_id
    if number is None:
        raise NoScopeError("This session serves no business.")
    return number


@event.listens_for(Session, "after_begin")
def _set_scope(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if transaction.nested:  # a savepoint has the settings of its transaction
        return
    # After a commit or rollback a new transaction begins, and the settings of the old one are gone:
    # so they are set here, at every beginning, and a session without a scope does not begin at all.
    scope = session.info.get("scope")
    if not isinstance(scope, Scope):
        raise NoScopeError("No business was chosen for this database session.")
    session.info["connection"] = connection
    values = scope.settings()
    send(
        connection,
        _SET,
        {
            "b": values["app.business_id"],
            "f": values["app.franchisee_id"],
            "u": values["app.user_id"],
            "k": values["app.api_key_id"],
            "plans": "force_generic_plan" if scope.at_counter else "force_custom_plan",
        },
    )
    if scope.franchisee_id is not None:
        connection.execute(_SET_LOCATIONS, {"b": scope.business_id, "f": scope.franchisee_id})


def after_commit(action: Callable[[], object]) -> None:
    """Runs `action` once this unit of work is committed; never when it is rolled back."""
    db.session().info.setdefault("after_commit", []).append(action)


def commit() -> None:
    """Ends the unit of work, then does what waited for it."""
    session = db.session()
    waiting = session.info.pop("after_commit", [])
    session.commit()
    for action in waiting:
        action()


def rollback() -> None:
    """Gives the unit of work up, with what waited for its end."""
    db.session().info.pop("after_commit", None)
    db.session.rollback()


@contextmanager
def unit_of_work(scope: Scope) -> Iterator[None]:
    """A transaction of its own in `scope`, for jobs and commands: committed at the end, rolled back on an error."""
    open_scope(scope)
    try:
        yield
        commit()
    except BaseException:
        rollback()
        raise
    finally:
        db.session.remove()


@contextmanager
def apart(scope: Scope) -> Iterator[Session]:
    """A transaction beside the unit of work at hand, kept whatever becomes of that: tries that count, codes used up."""
    with Session(db.engine, info={"scope": scope}) as session, session.begin():
        yield session


class GivenUpError(RuntimeError):
    """A unit of work that is to keep nothing was about to be committed."""


@contextmanager
def given_up() -> Iterator[None]:
    """A unit of work that is rolled back whatever is done in it. Raises GivenUpError when it would be committed."""
    info = db.session().info
    info["given_up"] = True
    try:
        yield
    finally:
        info.pop("given_up")
        rollback()


@event.listens_for(Session, "before_commit")
def _keep_nothing(session: Session) -> None:
    if session.info.get("given_up"):
        raise GivenUpError


@contextmanager
def patience(milliseconds: int) -> Iterator[None]:
    """Gives statements up that take longer, by an OperationalError; the transaction is then to be rolled back."""
    db.session.execute(text("SELECT set_config('statement_timeout', :limit, true)"), {"limit": str(milliseconds)})
    yield


def ask_by_keys() -> None:
    """For a unit of work whose statements ask by keys alone: they keep their plans, and go by indexes.

    One plan fits any value then; made anew each time, it would take longer than the rest, and made of a table that was
    small a moment ago it would read the whole of it.
    """
    db.session.execute(_BY_KEYS)


_BY_KEYS = text(
    "SELECT set_config('plan_cache_mode', 'auto', true), set_config('enable_seqscan', 'off', true),"
    " set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)"
)


@contextmanager
def side_by_side() -> Iterator[None]:
    """For a statement that meets thousands of rows which lie close together: it reads them in a row, and probes none.

    How many a table holds of what was written a moment ago, the planner cannot know, and takes for one.
    """
    db.session.execute(text("SELECT set_config('enable_nestloop', 'off', true)"))
    yield
    db.session.execute(text("SELECT set_config('enable_nestloop', 'on', true)"))


@contextmanager
def references_planned_once() -> Iterator[None]:
    """For statements that write thousands of rows: the checks of their references keep their plans.

    Else they are planned anew for each row, as all is that this application asks, and that takes four times as long as
    the rest. The statements themselves are not prepared, so that they are still planned for their values.
    """
    db.session.execute(text("SELECT set_config('plan_cache_mode', 'auto', true)"))
    driver: Any = db.session.connection().connection.driver_connection
    threshold, driver.prepare_threshold = driver.prepare_threshold, None
    try:
        yield
    finally:
        driver.prepare_threshold = threshold


def ask(statement: Executable, values: Mapping[str, Any]) -> list[Any]:
    """Rows of a statement that every sale asks, in this unit of work; none of one that answers nothing.

    It goes to the driver as it is: what SQLAlchemy does around each takes longer than the rest of it. Raises the same
    errors.
    """
    session = db.session()
    known: Connection | None = session.info.get("connection")
    # A savepoint that was begun is set only once the session is asked for its connection.
    if known is None or known.closed or session.in_nested_transaction():
        known = session.connection()
    return send(known, statement, values)


def one_row(statement: str, **values: Any) -> Any:
    """One row of a definer function, or None, in a transaction of its own outside every business."""
    with autocommit_engine().connect() as connection:
        return next(iter(send(connection, _made(statement), values)), None)


_made = cache(text)


def autocommit_engine() -> Engine:
    return _autocommit(db.engine)


@cache
def _autocommit(engine: Engine) -> Engine:
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def check_role(connection: Connection) -> str | None:
    """Why the application must not work as this database role; None when it may (ARCHITECTURE: isolation)."""
    row = connection.execute(
        text(
            "SELECT rolname, rolsuper, rolbypassrls, EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n"
            " ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND c.relowner = r.oid) AS owns"
            " FROM pg_roles r WHERE rolname = current_user"
        )
    ).one()
    faults = [
        reason
        for reason, bad in (
            ("is a superuser", row.rolsuper),
            ("may bypass row-level security", row.rolbypassrls),
            ("owns tables", row.owns),
        )
        if bad
    ]
    return f"DATABASE_URL: the role {row.rolname} {' and '.join(faults)}." if faults else None


def refuse_unsafe_role(database_url: str) -> None:
    """Raises ConfigError, with one line for who starts the application, when its database role is bound by no wall.

    Its connection is closed again, so a process that forks after it shares none. A database that is away is no
    reason not to start: it is asked again by the first request.
    """
    try:
        with create_engine(database_url, poolclass=NullPool, connect_args=connecting()).connect() as connection:
            fault = check_role(connection)
    except OperationalError:
        return
    if fault:
        raise ConfigError(f"{fault} Give the application a role of its own that owns nothing.")
