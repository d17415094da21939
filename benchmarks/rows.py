"""The rows of the table: what is measured, beside what, and what is to be reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.local.embedded import ADMIN
from benchmarks.by_hand import Bare, ByHand, Ours
from benchmarks.first_load import first_load
from benchmarks.panels import Panel, Regulars
from benchmarks.places import Place, bare_flask, regulars
from benchmarks.report import Result
from benchmarks.sales import Till, confirmation, sale
from benchmarks.serving import Client
from benchmarks.subject import DEEP_PAGE, beginnings, conditions, customers, last_digits, session
from benchmarks.timing import WARM_UP, Call, Timing, in_turns

_WORDS = 5
_MOST_BYTES, _MOST_BLOCKING = 90_000, 3
_TABS = ("", "/loyalty-history", "/transactions", "/messages", "/offers", "/tags")
_MOST_OF_A_TAB = 30
"""Milliseconds."""

_SALES, _LEAST_RATE, _MOST_SLOW = 400, 0.5, 3

Ask = Callable[[Panel, int], object]


def beside_peers(place: Place, panels: Sequence[Panel]) -> list[Result]:
    """Whole pages of 50 rows, ours first among the panels."""
    names, digits = (found(place.loader, place.who, _WORDS) for found in (beginnings, last_digits))
    wanted: list[tuple[str, Ask, int]] = [
        ("customers page, default", lambda panel, _: panel.default(), 3),
        ("… sorted by average check, one point of sale", lambda panel, _: panel.by_average_in_one_place(), 3),
        ("… search by the beginning of a last name", lambda panel, n: panel.search(names[n % _WORDS]), 20),
        ("… search by a phone's last 4", lambda panel, n: panel.search(digits[n % _WORDS]), 20),
        (f"… page {DEEP_PAGE:,}", lambda panel, _: panel.deep(), 10),
    ]
    return [_beside_fastest(what, ask, panels, part) for what, ask, part in wanted]


def selections(place: Place, panels: Sequence[Panel]) -> list[Result]:
    """Pages of three conditions with OR, nested: where the first leaves many, and where it leaves few."""
    return [_selection(place, panels, words, share) for words, share in (("a tenth", 10), ("a thousandth", 1000))]


def profile(place: Place, ours: Regulars) -> list[Result]:
    """Each tab of a customer with 50,000 sales, beside that of one with five."""
    few, many = customers(place.loader, place.who)
    # The sales that one was given are as they would be a while later: the server vacuums by itself, in time.
    with place.postgres.connect(ADMIN, place.database) as connection:
        connection.execute("VACUUM transaction, ledger_entry")
    return [_tab(ours, tab, few, many) for tab in _TABS]


def _selection(place: Place, panels: Sequence[Panel], words: str, share: int) -> Result:
    asked = conditions(place.loader, place.who, share)
    pages = {panel.name: panel.selected(asked) for panel in panels}
    what = f"… three conditions with OR, nested; {words} is over the first"
    return _beside_fastest(what, lambda panel, _: pages[panel.name](), panels, 3)


def _tab(ours: Regulars, tab: str, few: int, many: int) -> Result:
    of_many, of_few = _in_turns(
        _whole(lambda: ours.page(f"/customers/{many}{tab}")), _whole(lambda: ours.page(f"/customers/{few}{tab}"))
    )
    what = f"profile with 50,000 sales, beside one with 5: {tab.strip('/').replace('-', ' ') or 'overview'}"
    reached = of_many.median <= _MOST_OF_A_TAB
    return Result(what, str(of_many), str(of_few), of_many.median / of_few.median, f"≤ {_MOST_OF_A_TAB} ms", reached)


def search_without_script(place: Place, ours: Regulars) -> Result:
    names = beginnings(place.loader, place.who, _WORDS)
    (taken,) = in_turns({"ours": _all(lambda n: ours.search_without_script(names[n % _WORDS]))}).values()
    return Result("… search without JavaScript: a form, then its page", str(taken))


def deep_beside_first(ours: Regulars) -> Result:
    first, deep = _in_turns(_whole(ours.default), _whole(ours.deep))
    return _within(f"… page {DEEP_PAGE:,} beside page 1", deep, first, 1.3)


def growth(small: Place, ours: Regulars, sizes: str) -> Result:
    with regulars(small) as other:
        before, now = _in_turns(_whole(other.default), _whole(ours.default))
    return _within(f"growth of the default page from {sizes}", now, before, 1.5)


def statements(place: Place) -> list[Result]:
    """Our statements in the database beside those of a person who writes SQL."""
    ours, by_hand, bare = Ours(place), ByHand(place), Bare(place)
    return [
        _within("SQL of the default page, beside the same by hand", *_in_turns(ours.page, by_hand.page), 1.3),
        _within("… with the making of statements and rows", *_in_turns(_all(ours.page), _all(by_hand.page))),
        _within("count of all customers, beside a bare count(*)", *_in_turns(ours.count, bare.count), 1.2),
        _within("… of one point of sale", *_in_turns(ours.count_in_one_place, bare.count_in_one_place), 1.2),
    ]


def sales(place: Place) -> list[Result]:
    """A sale confirmed at a Terminal, beside a bare view of Flask that writes the same rows by hand-written SQL."""
    with regulars(place) as panel, bare_flask(place) as bare:
        till = Till(place.loader, place.who, 2 * (_SALES + WARM_UP))
        ours = Client(panel.port, till.session())
        timings = in_turns(
            {
                "ours": lambda _: sale(till, ours, lambda key, form: ours.post(confirmation(key), form)),
                "bare": lambda _: sale(till, ours, lambda key, form: bare.post(f"/sales/{key}", form)),
            },
            _SALES,
        )
    mine, other = timings["ours"], timings["bare"]
    rate, slow = other.mean / mine.mean, mine.p99 / other.p99
    rates = [f"{1000 / each.mean:.0f} a second" for each in (mine, other)]
    slowest = [f"{each.p99:.1f} ms" for each in (mine, other)]
    return [
        Result("sale at a Terminal, beside a bare Flask view", rates[0], rates[1], rate, "≥ 0.5", rate >= _LEAST_RATE),
        Result("… the slowest of a hundred", *slowest, slow, f"≤ {_MOST_SLOW}", slow <= _MOST_SLOW),
    ]


def loading(place: Place, ours: Regulars) -> list[Result]:
    what, most = "first load of the panel, over the wire", f"≤ {_MOST_BYTES // 1000} KB"
    found = first_load(ours.port, session(place.loader, place.who))
    if found is None:
        return [Result(what, "not measured: Chromium is missing, `make test` installs it", goal=most, reached=False)]
    size, blocking = f"{found.bytes / 1000:.1f} KB in {found.requests} requests", f"{found.blocking} with the page"
    return [
        Result(what, size, goal=most, reached=found.bytes <= _MOST_BYTES),
        Result(
            "… requests that block painting",
            blocking,
            goal=f"≤ {_MOST_BLOCKING}",
            reached=found.blocking <= _MOST_BLOCKING,
        ),
        Result("… layout shift", f"{found.shifted:.4f}", goal="none", reached=found.shifted == 0),
        Result("… first content painted", f"{found.painted:.0f} ms"),
    ]


def _beside_fastest(what: str, ask: Ask, panels: Sequence[Panel], part: int) -> Result:
    """Ours beside the faster peer: at most one `part`-th of its time."""
    timings = in_turns({panel.name: _of(ask, panel) for panel in panels})
    ours, *others = timings.values()
    shown = ", ".join(f"{panel.name} {timings[panel.name]}" for panel in panels[1:])
    ratio = ours.median / min(other.median for other in others)
    return Result(what, str(ours), shown, ratio, f"≤ 1/{part}", ratio <= 1 / part)


def _within(what: str, ours: Timing, other: Timing, most: float | None = None) -> Result:
    ratio = ours.median / other.median
    goal = "" if most is None else f"≤ {most}"
    return Result(what, str(ours), str(other), ratio, goal, None if most is None else ratio <= most)


def _in_turns(one: Call, other: Call) -> tuple[Timing, Timing]:
    timings = in_turns({"one": one, "other": other})
    return timings["one"], timings["other"]


def _of(ask: Ask, panel: Panel) -> Call:
    return _all(lambda number: ask(panel, number))


def _whole(ask: Callable[[], object]) -> Call:
    return _all(lambda _number: ask())


def _all(ask: Callable[[int], object]) -> Call:
    """The call with all of its time."""

    def call(number: int) -> None:
        ask(number)

    return call
