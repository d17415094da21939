"""The libraries of the system that WeasyPrint calls: Debian's, or those unpacked into the data folder."""

import ctypes
import os
from contextlib import suppress
from pathlib import Path

from app.local.paths import data_dir

PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")


def unpacked_folder(data: Path) -> Path:
    """Where packages are unpacked when nobody may install them."""
    return data / "native"


def missing() -> list[str]:
    """The libraries that the system does not find."""
    return [name for name in LIBRARIES if not _load(name)]


def preload(data: Path | None = None) -> None:
    """Load the unpacked libraries, so that WeasyPrint finds them by name. Call it before importing weasyprint.

    A library that is loaded answers to its name in the whole process; LD_LIBRARY_PATH would have to be set
    before the process begins.
    """
    folder = unpacked_folder(data or data_dir())
    waiting = [path for path in folder.glob("**/lib/*/lib*.so.*") if path.is_file()]
    while waiting:  # those that need others come in a later round
        rest = [path for path in waiting if not _load(str(path))]
        if len(rest) == len(waiting):
            break
        waiting = rest
    if folder.exists():
        os.environ.setdefault("FONTCONFIG_PATH", str(folder / "etc" / "fonts"))


def _load(name: str) -> bool:
    with suppress(OSError):
        ctypes.CDLL(name)
        return True
    return False
