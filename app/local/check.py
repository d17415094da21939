"""pytest with what it needs: `python -m app.local.check [pytest's arguments]`.

The tests in a browser are left out where Chromium is missing and cannot be installed; the last line then says
how many, and how to mend it. With CI=true that is a failure.
"""

import os
import subprocess
import sys

from app.local import native, system
from app.local.paths import PROJECT, chromium

PYTEST = (sys.executable, "-m", "pytest")
PACKAGES = ("chromium", "libatomic1")


def main() -> None:
    arguments = sys.argv[1:] or ["-n", str(min(os.cpu_count() or 1, 4))]  # side by side, unless told how
    if "-m" not in arguments:
        arguments = ["-m", "not long and not faults", *arguments]
    left_out = 0 if browser_there() else count_browser_tests(arguments)
    run = without_browser(arguments) if left_out else arguments
    code = subprocess.run([*PYTEST, *run], cwd=PROJECT).returncode  # noqa: S603
    if left_out:
        mend = f"{'' if os.geteuid() == 0 else 'sudo '}apt-get install {' '.join(PACKAGES)}"
        sys.stdout.write(f"NOT RUN: {left_out} tests in a browser, as Chromium is missing. Mend it by: {mend}\n")
        code = code or int(os.environ.get("CI") == "true")
    sys.exit(code)


def browser_there() -> bool:
    """Whether there is what a browser's tests need, after an attempt to install it."""
    if browser_works():
        return True
    if system.as_root() is None:
        return False
    sys.stdout.write("Installing Chromium for the tests in a browser (a minute or two) …\n")
    sys.stdout.flush()
    return system.install(*PACKAGES) and browser_works()


def browser_works() -> bool:
    """Whether Chromium is there, and the library of the driver that leads it."""
    return chromium() is not None and native.loads("libatomic.so.1")


def count_browser_tests(arguments: list[str]) -> int:
    """How many tests of a browser the arguments ask for."""
    at = arguments.index("-m") + 1
    only = [*arguments[:at], f"({arguments[at]}) and browser", *arguments[at + 1 :]]
    found = subprocess.run(  # noqa: S603
        [*PYTEST, *only, "-n0", "--collect-only"], cwd=PROJECT, capture_output=True, text=True
    )
    return sum("::" in line for line in found.stdout.splitlines())


def without_browser(arguments: list[str]) -> list[str]:
    at = arguments.index("-m") + 1
    return [*arguments[:at], f"({arguments[at]}) and not browser", *arguments[at + 1 :]]


if __name__ == "__main__":
    main()
