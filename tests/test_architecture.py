"""Who may import whom, and how long files and functions may be: read from the code, never run.

The house has rooms. A ground floor (app/*.py) and app/lib know no area. The areas have an order, and each
imports only those before it, and of them only models, queries and services. Edges, for other audiences, are
imported by nobody; what one keeps for itself, jobs look after by its services. app/__init__.py and app/cli.py start
the house: they may import any room to register it.
"""

import ast
from collections.abc import Callable, Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GROUND = {"config", "extensions", "db", "web", "permissions", "scope", "queue", "audit", "mail"}
AREAS = (
    *("businesses", "accounts", "billing", "acts", "loyalty", "customers", "ledger", "offers", "messaging"),
    *("transactions", "news", "bulk", "imports", "webhooks", "analytics"),
)
EDGES = {"terminal", "kiosk", "api", "my", "demo", "help", "local"}
ROOMS = {*AREAS, *EDGES, "lib"}
# A customer is found by what search writes, so whoever writes customers in bulk needs it.
# Rules of programs are pure functions over a purchase, which belongs to a later area.
PUBLIC = {"models", "queries", "rules", "search", "services"}
# Where later areas add their columns, panels, tabs and steps, as the earlier area may not know them; and whose records
# are read together, as each area reads its own of all of them.
REGISTRIES = {
    "app.customers.family",
    *("app.customers.parameters", "app.customers.registry", "app.customers.tabs"),
    *("app.customers.conditions.fields", "app.customers.conditions.kinds"),
    # How a text is written, filled, dressed and looked at, for whoever has one.
    *("app.messaging.texts", "app.messaging.values", "app.messaging.text_fields"),
    *("app.messaging.preview", "app.messaging.templates"),
    # The messages that customers got, and what became of them in words, for those who wrote them.
    *("app.messaging.received", "app.messaging.words"),
    "app.offers.things",  # coupons and offers as customers and who sells to them read them
    "app.billing.subjects",  # what was charged, in the words of whose it is
    *("app.accounts.own_pages", "app.accounts.proving"),
    "app.customers.details",  # how what people say of a customer is called, for who brings in many
    "app.customers.wording",  # how what is known of a customer reads, for who tells what would change of it
    # What can be done to many customers, for who adds to it.
    "app.bulk.registry",
    "app.bulk.sensitive",
    # How far it is, and what is refused, where that has pages of its own.
    *("app.bulk.pages", "app.bulk.refusing"),
    "app.loyalty.kinds",  # what people call access types and the like, everywhere the same
}
# What people say of a customer, and the fields that ask it: edges hand it to the same services as the panel.
SHARED = {"app.accounts.forms", "app.customers.details", "app.customers.forms.fields"}
# Where the data lie is asked before there is a virtual environment, so it is written where set-up begins.
# Documents are set in fonts and by libraries that set-up has seen to.
FOUNDATIONS = {"app.local.native", "app.local.paths"}
# Inside an area, what a module reaches is no higher than itself; columns, filters and others have no height.
HEIGHT = {"models": 0, "queries": 1, "services": 2, "forms": 3, "views": 4}
FILE_LINES, FUNCTION_LINES = 300, 40

House = dict[str, str]  # path from the root → source
Imports = dict[str, dict[str, int]]  # module → what it imports → line
Guard = Callable[[House], list[str]]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def forbidden_imports(house: House) -> list[str]:
    return [
        f"{module}:{line} imports {target}: {reason}"
        for module, targets in imports_of(house).items()
        for target, line in targets.items()
        if (reason := _reason_against(module, target))
    ]


def upward_imports(house: House) -> list[str]:
    """Inside an area: a lower module that reaches a higher one, be it through helpers in between."""
    imports = imports_of(house)
    return [
        f"{module} reaches up to {target}"
        for module in imports
        if (height := _height(module)) is not None
        for target in sorted(_reached_inside_area(module, imports))
        if (other := _height(target)) is not None and other > height
    ]


def circle(house: House) -> list[str]:
    imports = imports_of(house)
    try:
        TopologicalSorter({module: imports.keys() & targets for module, targets in imports.items()}).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def hidden_imports(house: House) -> list[str]:
    """Imports below the top of a module, where they would dodge the order."""
    return [
        f"{path}:{inner.lineno}"
        for path, source in house.items()
        for node in ast.walk(ast.parse(source, path))
        if isinstance(node, Function | ast.ClassDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]


def unknown_rooms(house: House) -> list[str]:
    folders = {path.split("/")[1] for path in house if path.startswith("app/") and path.count("/") > 1}
    return sorted(folders - ROOMS - GROUND)


def long_files(house: House, limit: int = FILE_LINES) -> list[str]:
    lengths = {path: len(source.splitlines()) for path, source in house.items()}
    return [f"{path}: {length} lines" for path, length in lengths.items() if length > limit]


def long_functions(house: House, limit: int = FUNCTION_LINES) -> list[str]:
    return [
        f"{path}:{node.lineno} {node.name}: {length} lines"
        for path, source in house.items()
        for node in ast.walk(ast.parse(source, path))
        if isinstance(node, Function) and (length := (node.end_lineno or 0) - node.lineno + 1) > limit
    ]


def imports_of(house: House) -> Imports:
    modules = {_module(path) for path in house}
    return {_module(path): dict(_targets(path, source, modules)) for path, source in house.items()}


def _targets(path: str, source: str, modules: set[str]) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(source, path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(path, node)
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield inner if inner in modules else base, node.lineno


def _absolute(path: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = path.split("/")[: -node.level]  # One dot is the folder, for a package's __init__.py too.
    return ".".join([*package, node.module] if node.module else package)


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _room(module: str) -> str:
    """An area, an edge, lib, ground, start, jobs; or the name of a library."""
    head, *rest = module.split(".")
    if head != "app":
        return head
    if rest[:1] in ([], ["cli"]):
        return "start"
    return rest[0] if rest[0] in ROOMS else "ground"


def _part(module: str) -> str:
    return [*module.split("."), "", ""][2]


def _height(module: str) -> int | None:
    return HEIGHT.get(_part(module)) if _room(module) in ROOMS - {"lib"} else None


def _reason_against(module: str, target: str) -> str:
    here, there = _room(module), _room(target)
    if there == "jobs":
        return "" if here == "jobs" else "app never imports jobs"
    if here in {there, "start"} or there not in {*ROOMS, "ground", "start"}:
        return ""
    if there == "start":
        return "" if here == "jobs" else "what starts the house is imported by jobs alone"
    if there in EDGES:
        looked_after = here == "jobs" and _part(target) == "services"
        return "" if target in FOUNDATIONS or looked_after else "edges are imported by nobody"
    if here == "local" and there != "lib" and target not in {"app.config", "app.browser_files"}:
        return "local imports only config, the browser files and lib"
    return _reason_against_area(here, target) if there in AREAS else ""


def _reason_against_area(here: str, target: str) -> str:
    there = _room(target)
    if here in {"lib", "ground"}:
        return "lib and the ground floor import no area"
    if here in AREAS and AREAS.index(there) > AREAS.index(here):
        return f"{there} comes after {here}"
    if here in EDGES and target in SHARED:
        return ""
    if _part(target) not in PUBLIC and target not in REGISTRIES:
        return "only models, queries, rules and services of another area"
    return ""


def _reached_inside_area(module: str, imports: Imports) -> set[str]:
    """What a module imports of its own area, directly or through modules without a height."""
    reached: set[str] = set()
    waiting = [module]
    while waiting:
        targets = {target for target in imports.get(waiting.pop(), {}) if _room(target) == _room(module)}
        waiting += [target for target in targets - reached if _height(target) is None]
        reached |= targets
    return reached


def _house() -> House:
    paths: Iterable[Path] = (path for room in ("app", "jobs") for path in sorted((ROOT / room).rglob("*.py")))
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


@pytest.mark.parametrize(
    "guard",
    [forbidden_imports, upward_imports, circle, hidden_imports, unknown_rooms, long_files, long_functions],
)
def test_the_house_keeps_its_order(guard: Guard) -> None:
    house = _house()
    assert "app/__init__.py" in house
    breaches = guard(house)
    assert not breaches, "\n".join(breaches)


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("app/ledger/services.py", "from app.offers.models import Coupon"),
        ("app/customers/views/table.py", "from app.loyalty.forms import ProgramForm"),
        ("app/offers/services.py", "from app.customers import blueprint"),
        ("app/offers/services.py", "from ..customers.columns import COLUMNS"),
        ("app/loyalty/services.py", "from app.customers import registry"),
        ("app/lib/money.py", "import app.loyalty.models"),
        ("app/audit.py", "from app.accounts.models import User"),
        ("app/bulk/services.py", "from jobs.bulk import run"),
        ("app/__init__.py", "from jobs import worker"),
        ("app/news/views.py", "from app.api.schemas import News"),
        ("app/terminal/views.py", "from app.my.views import page"),
        ("jobs/demo.py", "from app.demo.generator import fill"),
        ("jobs/housekeeping.py", "from app.my.views import home"),
        ("jobs/bulk.py", "from app.bulk.engine import chunk"),
        ("app/local/supervisor.py", "from app.db import session"),
        ("app/local/supervisor.py", "from app.businesses.models import Business"),
        ("app/accounts/services.py", "from app import create_app"),
        ("app/accounts/queries.py", "if TYPE_CHECKING:\n    from app.billing.models import Tariff"),
    ],
)
def test_a_forbidden_import_is_seen(path: str, source: str) -> None:
    house = {"app/db.py": "", "app/customers/registry.py": "", "jobs/worker.py": ""} | {path: source}
    assert len(forbidden_imports(house)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("app/offers/views.py", "from app.customers.queries import one\nfrom app.businesses import models"),
        ("app/offers/registration.py", "from app.customers.registry import add_column"),
        (
            "app/customers/queries/page.py",
            "from .. import columns\nfrom app.customers.models.card import Card",
        ),
        ("app/terminal/views.py", "from app.transactions.services import sell\nfrom app.web import render"),
        ("app/local/supervisor.py", "from app.config import Config\nfrom app.lib import ports"),
        ("app/__init__.py", "from app.customers.views import table\nfrom app.local import commands"),
        ("app/cli.py", "from app.demo import commands"),
        ("jobs/housekeeping.py", "from app.my.services import forget_old"),
        (
            "jobs/worker.py",
            "from app import create_app\nfrom app.bulk.services import run\nfrom jobs import queues",
        ),
    ],
)
def test_what_is_allowed_passes(path: str, source: str) -> None:
    names = "businesses/models customers/columns customers/registry demo/commands local/commands lib/ports"
    house = {f"app/{name}.py": "" for name in names.split()} | {path: source}
    assert forbidden_imports(house) + upward_imports(house) + circle(house) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("app/customers/models/card.py", "from app.customers.queries import page"),
        ("app/customers/queries.py", "from . import services"),
        ("app/customers/services.py", "from app.customers.forms import Edit"),
        ("app/customers/forms.py", "from app.customers import views"),
        ("app/customers/models.py", "from app.customers.columns import COLUMNS"),
    ],
)
def test_an_import_upwards_is_seen(path: str, source: str) -> None:
    house = {"app/customers/columns.py": "from app.customers.queries import page"}
    house |= {f"app/customers/{name}.py": "" for name in HEIGHT}
    assert len(upward_imports(house | {path: source})) == 1


def test_a_circle_is_seen() -> None:
    around = {"app/lib/a.py": "from app.lib import b", "app/lib/b.py": "import app.lib.c"}
    assert circle(around | {"app/lib/c.py": ""}) == []
    assert set(circle(around | {"app/lib/c.py": "from .a import x"})) == {
        "app.lib.a",
        "app.lib.b",
        "app.lib.c",
    }


def test_a_hidden_import_a_new_folder_and_too_many_lines_are_seen() -> None:
    assert hidden_imports({"app/db.py": "import os\ndef f():\n    if 1:\n        import json"}) == ["app/db.py:4"]
    assert unknown_rooms({"app/utils/text.py": "", "app/lib/money.py": "", "app/logs.py": ""}) == ["utils"]
    assert long_files({"app/db.py": "x\n" * 4}, limit=3) == ["app/db.py: 4 lines"]
    source = "async def f():\n    a = 1\n    return a\ndef g():\n    return 1\n"
    assert long_functions({"jobs/x.py": source}, limit=2) == ["jobs/x.py:1 f: 3 lines"]
