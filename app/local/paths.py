"""Where the default run keeps its data. Standard library only: set-up reads it first of all."""

import hashlib
import os
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SYSTEM_DATA = Path("/var/lib/regulars")


def open_to_others(folder: Path) -> bool:
    """Whether any user of the machine may pass through the folder and all folders above it."""
    existing = [path for path in (folder, *folder.parents) if path.exists()]
    return all(path.stat().st_mode & stat.S_IXOTH for path in existing)


def data_dir(environ: Mapping[str, str] = os.environ, project: Path = PROJECT) -> Path:
    """The folder of databases, keys and built browser files: `REGULARS_DATA`, or `instance` in the project.

    Started by root, the servers run as a user of their own, who cannot enter a closed home; opening the home
    would be worse than moving, so then it is a folder of /var/lib, one for each copy of the project.
    """
    if given := environ.get("REGULARS_DATA"):
        return Path(given).expanduser().resolve()
    if os.geteuid() == 0 and not open_to_others(project):
        return SYSTEM_DATA / hashlib.sha256(str(project).encode()).hexdigest()[:12]
    return project / "instance"


def make_data_dir(folder: Path) -> None:
    """Make the data folder; a strict umask of root must not shut the servers' user out of it."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        path.chmod(0o755)


def fingerprint(*patterns: str) -> str:
    """A hash over names, sizes and times of the project's files that match, to see whether they changed."""
    paths = sorted(path for pattern in patterns for path in PROJECT.glob(pattern))
    found = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in paths if path.is_file()]
    return hashlib.sha256(repr(found).encode()).hexdigest()


def chromium(environ: Mapping[str, str] = os.environ) -> str | None:
    """The browser of the tests: `CHROMIUM`, or Debian's."""
    return environ.get("CHROMIUM") or shutil.which("chromium")
