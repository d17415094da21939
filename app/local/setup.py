"""What both commands need before they can begin: `python3 app/local/setup.py`, quiet when there is nothing to do.

It runs by its path under the system's Python, as nothing is installed yet: standard library only.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import venv

from paths import PROJECT, data_dir, fingerprint, make_data_dir  # type: ignore[import-not-found]

VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = PROJECT / "requirements.txt"
# What the files made by app.local.prepare are made of.
SOURCES = ("requirements.txt", "app/browser_files.py", "app/local/*.py", "static/**/*", "app/translations/**/*.po")


def main() -> None:
    if sys.version_info < (3, 11):  # noqa: UP036 - this Python is the machine's
        sys.exit("Regulars needs Python 3.11 or newer.")
    project = os.open(PROJECT, os.O_RDONLY)
    fcntl.flock(project, fcntl.LOCK_EX)  # two commands at once: the second waits
    make_environment()
    install_packages()
    prepare_files()


def make_environment() -> None:
    """Make the virtual environment, unless it is there and works."""
    if PYTHON.exists():
        return
    say("Making the virtual environment")
    try:
        venv.create(VENV, with_pip=True, clear=True)
    except (ImportError, OSError, subprocess.CalledProcessError):
        sys.exit("Python cannot make a virtual environment here. Try: sudo apt-get install python3-venv")


def install_packages() -> None:
    """Install what requirements.txt locks, unless this very file has been installed."""
    stamp = VENV / "requirements.sha256"
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say("Installing the locked packages (a minute or two)")
    # What is never imported need not be compiled: that halves the time.
    install = ["pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-compile"]
    install += ["--no-deps", "--require-hashes", "-r", str(REQUIREMENTS)]
    if subprocess.run([PYTHON, "-m", *install], cwd=PROJECT).returncode:  # noqa: S603
        sys.exit("The packages could not be installed: see the lines above, then run the command again.")
    stamp.write_text(wanted)


def prepare_files() -> None:
    """Have the libraries, browser files and catalogues made, unless they are there for these sources."""
    stamp = data_dir() / "prepared"
    wanted = fingerprint(*SOURCES)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    make_data_dir(data_dir())
    if subprocess.run([PYTHON, "-m", "app.local.prepare"], cwd=PROJECT).returncode:  # noqa: S603
        sys.exit("Set-up could not be finished: see the lines above, then run the command again.")
    stamp.write_text(wanted)


def say(text: str) -> None:
    sys.stdout.write(f"{text} …\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
