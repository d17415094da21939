"""The libraries of the system that WeasyPrint calls: Debian's, or those unpacked into the data folder."""

import ctypes
import os
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import escape

from app.local.paths import data_dir, make_data_dir

PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
FONTS = ("fontpkg_noto_sans", "fontpkg_noto_sans_arabic")
LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")


def unpacked_folder(data: Path) -> Path:
    """Where packages are unpacked when nobody may install them."""
    return data / "native"


def missing() -> list[str]:
    """The libraries that the system does not find."""
    return [name for name in LIBRARIES if not loads(name)]


def write_fonts_conf(data: Path) -> None:
    """Have documents set in the fonts of our own packages: the same on every machine, even on one without fonts."""
    folders = "".join(f"<dir>{escape(str(folder))}</dir>" for folder in font_folders())
    cache = escape(str(data / "fontconfig"))
    _fonts_conf(data).write_text(
        f"<?xml version='1.0'?><fontconfig>{folders}<cachedir>{cache}</cachedir></fontconfig>\n"
    )


def font_folders() -> list[Path]:
    """Where the files of the fonts lie. Raises ModuleNotFoundError."""
    return [_folder_of(package) for package in FONTS]


def _folder_of(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(package)
    return Path(spec.origin).with_name("files")


def preload(data: Path | None = None) -> None:
    """Let WeasyPrint find fonts and unpacked libraries. Call it before importing weasyprint.

    A library that is loaded answers to its name in the whole process; LD_LIBRARY_PATH would have to be set
    before the process begins.
    """
    data = data or data_dir()
    if not _fonts_conf(data).exists():
        make_data_dir(data)
        write_fonts_conf(data)
    os.environ.setdefault("FONTCONFIG_FILE", str(_fonts_conf(data)))
    waiting = [path for path in unpacked_folder(data).glob("**/lib/*/lib*.so.*") if path.is_file()]
    while waiting:  # those that need others come in a later round
        rest = [path for path in waiting if not loads(str(path))]
        if len(rest) == len(waiting):
            break
        waiting = rest


def _fonts_conf(data: Path) -> Path:
    return data / "fonts.conf"


def loads(name: str) -> bool:
    """Load a library by its name or path; whether that worked."""
    with suppress(OSError):
        ctypes.CDLL(name)
        return True
    return False
