"""What `make test` does where there is no Chromium."""

import subprocess
from typing import Any

import pytest

from app.local import check
from app.local.paths import PROJECT

QUICK = "not long and not faults"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The arguments that pytest would have been started with: three tests in a browser are found, all pass."""
    calls: list[list[str]] = []

    def run(command: list[str], **_options: Any) -> subprocess.CompletedProcess[str]:
        calls.append(command[3:])
        return subprocess.CompletedProcess(command, 0, "a.py::one\na.py::two\na.py::three\n\n3 tests collected", "")

    monkeypatch.setattr("subprocess.run", run)
    monkeypatch.setattr("sys.argv", ["check", "-x"])
    monkeypatch.delenv("CI", raising=False)
    return calls


def test_with_chromium_all_but_the_heavy_tests_run(asked: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "browser_there", lambda: True)
    assert outcome() == 0
    assert asked == [["-m", QUICK, "-x"]]


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_without_it_the_last_line_counts_what_did_not_run(
    asked: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ci: str, code: int
) -> None:
    monkeypatch.setattr(check, "browser_there", lambda: False)
    monkeypatch.setenv("CI", ci)
    assert outcome() == code
    assert asked[1] == ["-m", f"({QUICK}) and not browser", "-x"]
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("NOT RUN: 3 tests in a browser")
    assert last.endswith("apt-get install chromium libatomic1")


def test_without_arguments_the_tests_run_side_by_side(asked: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "browser_there", lambda: True)
    monkeypatch.setattr("sys.argv", ["check"])
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert outcome() == 0
    assert asked == [["-m", QUICK, "-n", "2"]]


def test_what_a_person_selects_is_kept(asked: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "browser_there", lambda: False)
    monkeypatch.setattr("sys.argv", ["check", "-m", "long", "tests/local"])
    assert outcome() == 0
    assert asked == [
        ["-m", "(long) and browser", "tests/local", "-n0", "--collect-only"],
        ["-m", "(long) and not browser", "tests/local"],
    ]


def test_the_tests_in_a_browser_are_counted_as_pytest_lists_them() -> None:
    listed = [PROJECT / "tests" / "browser" / "test_filters.py", PROJECT / "tests" / "test_rules.py"]
    tests_in_browser = sum(line.startswith("def test_") for line in listed[0].read_text().splitlines())
    assert check.count_browser_tests(["-m", "not long", *map(str, listed)]) == tests_in_browser > 0


def outcome() -> object:
    with pytest.raises(SystemExit) as end:
        check.main()
    return end.value.code
