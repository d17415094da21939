"""docs/rules.md and the tests agree: what is called built is proved by a test that names the rule."""

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
STATES = {"built", "partly", "planned"}
ROW = re.compile(r"^\| *([A-Z][A-Z0-9]+-\d+) *\|([^|]*)\|(.+)\|$", re.MULTILINE)
NAMED = re.compile(r"\b(?:[A-Z]{2}|I18)-\d{1,2}\b")
Test = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Rule(NamedTuple):
    id: str
    state: str
    text: str


def rules_in(text: str) -> list[Rule]:
    return [Rule(*(cell.strip() for cell in row)) for row in ROW.findall(text)]


def repeated(rules: list[Rule]) -> set[str]:
    return {rule_id for rule_id, times in Counter(rule.id for rule in rules).items() if times > 1}


def gaps(rules: list[Rule]) -> list[str]:
    """Ids that are not the successor of the one before them: a rule lost, or out of place."""
    before = {"TE": -1}  # The Terminal's rules begin with 0, all others with 1.
    lost = []
    for prefix, number in (rule.id.split("-") for rule in rules):
        if int(number) != before.get(prefix, 0) + 1:
            lost.append(f"{prefix}-{number}")
        before[prefix] = int(number)
    return lost


def unproved(rules: list[Rule], named: set[str]) -> list[str]:
    return [rule.id for rule in rules if rule.state in {"built", "partly"} and rule.id not in named]


def named_by_tests(sources: Iterable[str], prefixes: set[str]) -> set[str]:
    """Ids in the names and docstrings of tests and of their classes.

    A module's docstring does not count: it would prove every rule it mentions with no test at all.
    """
    return {found for source in sources for test in _tests(source) for found in _ids(test, prefixes)}


def mentioned_in_docstrings(sources: Iterable[str]) -> set[str]:
    trees = [ast.parse(source) for source in sources]
    return {found for tree in trees for found in NAMED.findall(ast.get_docstring(tree) or "")}


def _tests(source: str) -> Iterator[Test]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Test) and node.name.startswith(("test_", "Test")):
            yield node


def _ids(test: Test, prefixes: set[str]) -> list[str]:
    """CT-4 in a docstring; ct_4 in a name, where only known prefixes are read, as _in_2_ is no rule."""
    in_name = re.compile(rf"(?<![^_])({'|'.join(sorted(prefixes))})_(\d{{1,2}})(?![^_])", re.IGNORECASE)
    names = [f"{prefix.upper()}-{number}" for prefix, number in in_name.findall(test.name)]
    return names + NAMED.findall(ast.get_docstring(test) or "")


def _rules() -> list[Rule]:
    return rules_in((ROOT / "docs" / "rules.md").read_text(encoding="utf-8"))


def _prefixes(rules: list[Rule]) -> set[str]:
    return {rule.id.split("-")[0] for rule in rules}


def _other_tests() -> list[str]:
    """This file's examples name rules that they do not prove, so it is left out."""
    files = [path for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__).resolve()]
    return [path.read_text(encoding="utf-8") for path in files]


def test_every_rule_is_written_once_with_a_state_and_none_is_lost() -> None:
    rules = _rules()
    assert repeated(rules) == set()
    assert {rule.state for rule in rules} <= STATES
    assert gaps(rules) == []
    assert len(rules) == 79, "A rule came or went: change this number with it."


def test_every_rule_called_built_is_named_by_a_test() -> None:
    rules = _rules()
    missing = unproved(rules, named_by_tests(_other_tests(), _prefixes(rules)))
    assert not missing, f"docs/rules.md calls these built or partly, and no test names them: {missing}"


def test_tests_name_no_rule_that_does_not_exist() -> None:
    rules, tests = _rules(), _other_tests()
    named = named_by_tests(tests, _prefixes(rules)) | mentioned_in_docstrings(tests)
    unknown = named - {rule.id for rule in rules}
    assert not unknown, f"Tests name rules that docs/rules.md does not have: {sorted(unknown)}"


PAGE = """
| role | sees |
| --- | --- |
| id | state | rule |
| CT-1 | built | One table. |
| CT-3 | partly | A sample. |
| CT-3 | planned | Again. |
"""

TESTS = '''
"""Module: CT-9."""
def test_sorts_ct_4(): "Also shows PR-1, but no UTF-8."
class TestScope:
    """CT-2."""
    def test_in_2_places(self): ...
def helper(): "CT-7"
'''


def test_the_reader_of_rules_sees_repetitions_gaps_and_missing_proofs() -> None:
    rules = rules_in(PAGE)
    assert rules[0] == ("CT-1", "built", "One table.")
    assert repeated(rules) == {"CT-3"}
    assert gaps(rules) == ["CT-3", "CT-3"]
    assert unproved(rules, {"CT-3"}) == ["CT-1"]


def test_the_reader_of_tests_takes_names_and_docstrings_of_tests_alone() -> None:
    assert named_by_tests([TESTS], {"CT", "PR"}) == {"CT-2", "CT-4", "PR-1"}
    assert mentioned_in_docstrings([TESTS]) == {"CT-9"}
