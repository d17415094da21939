"""The second half of set-up, inside the virtual environment: libraries, browser files, catalogues of texts."""

import shutil
import subprocess
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from app import browser_files
from app.local import native, system
from app.local.paths import PROJECT, data_dir
from app.local.processes import say

_MAKE_PDF = """
import sys
from app.local import native
native.preload()
from weasyprint import HTML
made = HTML(string="<p style='font-family: Noto Sans'>№ 1 ґ ₴").write_pdf(uncompressed_pdf=True)
sys.exit(bool(native.missing()) or b"+Noto-Sans" not in made)
"""


def main() -> None:
    see_to_libraries(data_dir())
    browser_files.main()
    compile_texts(PROJECT / "app" / "translations")


def see_to_libraries(data: Path) -> None:
    """Install or unpack WeasyPrint's libraries where they are missing, and see that a PDF comes out."""
    native.write_fonts_conf(data)
    if makes_pdf():
        return
    say("Getting the libraries that make PDF files …")
    folder = native.unpacked_folder(data)
    shutil.rmtree(folder, ignore_errors=True)
    if not (system.install(*native.PACKAGES) or system.unpack(folder, *native.PACKAGES)) or not makes_pdf():
        say("PDF files cannot be made on this machine until these packages are installed: " + " ".join(native.PACKAGES))


def makes_pdf() -> bool:
    """Whether WeasyPrint finds all its libraries and makes a file; tried in a process of its own."""
    made = subprocess.run([sys.executable, "-c", _MAKE_PDF], cwd=PROJECT, capture_output=True)  # noqa: S603
    return made.returncode == 0


def compile_texts(folder: Path) -> None:
    """Compile the catalogues of translated texts, which git keeps as sources alone."""
    for source in folder.rglob("*.po"):
        with source.open("rb") as texts, source.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, read_po(texts, locale=source.parent.parent.name))


if __name__ == "__main__":
    main()
