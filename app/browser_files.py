"""The files a browser needs, put together at set-up out of Python packages and this project's own sources.

Nothing of another project lies in git: htmx comes out of django-htmx's wheel (Django itself is never imported)
and Inter out of fontpkg-inter, cut to the letters and weights the panel shows. `python -m app.browser_files`
does both, and is done at once when nothing changed.
"""

import gzip
import hashlib
import re
import shutil
import sys
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import brotli
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

from app.local.paths import data_dir

SOURCES = Path(__file__).resolve().parents[1] / "static"
LAYERS = ("reset", "base", "components", "pages", "utilities")
KEPT_VERSIONS = 3

# The signs that stand in every language's text go with the latin letters, which every page loads.
SIGNS = "\u00a0«»°·×±–—‘’“”„…•←→−\u2009\u202f€£₴₸№"
FONTS = {
    "inter-latin.woff2": {*range(0x20, 0x7F), *map(ord, SIGNS)},
    "inter-latin-ext.woff2": {*range(0xC0, 0xD7), *range(0xD8, 0xF7), *range(0xF8, 0x180)},
    "inter-cyrillic.woff2": {*range(0x400, 0x460), 0x490, 0x491},
}
WEIGHTS = (400, 600)
FEATURES = ["kern", "tnum", "mark", "mkmk"]
# Raised by hand when the way the vendor files are made changes.
RECIPE = "1"


def main() -> None:
    """Bring `<data>/static` (or the folder given as the argument) up to date."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else data_dir() / "static"
    prepare(target)


def prepare(target: Path) -> str:
    """Make the vendor files if they are missing or old, then the bundle; return the bundle's version."""
    fetch_vendor(target / "vendor")
    return bundle(SOURCES, target)


def fetch_vendor(vendor: Path) -> None:
    """Put htmx and the font subsets into `vendor`, unless those of the installed packages are there."""
    stamp = f"{RECIPE} htmx {version('django-htmx')} inter {version('fontpkg-inter')}"
    stamp_file = vendor / "stamp"
    if stamp_file.exists() and stamp_file.read_text() == stamp:
        return
    (vendor / "fonts").mkdir(parents=True, exist_ok=True)
    htmx = _package_folder("django_htmx") / "static" / "django_htmx" / "htmx-2.min.js"
    shutil.copyfile(htmx, vendor / "htmx.min.js")
    for name, letters in FONTS.items():
        _cut_font(letters, vendor / "fonts" / name)
    # The stamp goes in last, so that an interrupted run is begun again.
    stamp_file.write_text(stamp)


def bundle(sources: Path, target: Path) -> str:
    """Gather one version of all browser files in `target/<version>/` and return that version.

    The version is a hash of everything inside, so the files under it never change and may be cached for ever,
    and the modules and fonts can name each other by relative addresses.
    """
    files = _gather(sources, target / "vendor")
    name = _hash(files)
    if not (target / name).exists():
        _write(files, target, name)
        _forget_old(target)
    return name


def _gather(sources: Path, vendor: Path) -> dict[str, bytes]:
    css = sources / "css"
    files = {"app.css": bundle_css(css).encode()}
    files |= {f"{audience}.css": _layer("pages", css / audience).encode() for audience in ("terminal", "my")}
    for root in (vendor, sources):
        for path in sorted(root.rglob("*")):
            if path.is_file() and path.suffix != ".css" and path.name != "stamp":
                files[path.relative_to(root).as_posix()] = path.read_bytes()
    return files


def bundle_css(folder: Path) -> str:
    """Concatenate the style sheets in the order of their layers, without comments and indentation."""
    return "\n".join([f"@layer {','.join(LAYERS)};", *(_layer(layer, folder / layer) for layer in LAYERS)])


def _layer(name: str, folder: Path) -> str:
    rules = "".join(path.read_text() for path in sorted(folder.glob("*.css")))
    return f"@layer {name}{{{_shorten(rules)}}}"


def _shorten(css: str) -> str:
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r"\s*([{};,])\s*", r"\1", css).strip()


def _hash(files: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(files.items()):
        digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:12]


def _write(files: dict[str, bytes], target: Path, name: str) -> None:
    # Several processes may start at once: each builds apart, and the first to rename wins.
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=target))
    draft.chmod(0o755)
    for path, content in files.items():
        _write_compressed(draft / path, content)
    try:
        draft.rename(target / name)
    except OSError:
        shutil.rmtree(draft)


def _write_compressed(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    if path.suffix != ".woff2":
        path.with_name(path.name + ".br").write_bytes(brotli.compress(content))
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(content, mtime=0))


def _forget_old(target: Path) -> None:
    """Keep the newest versions only; pages opened before a restart may still ask for the last ones."""
    versions = [path for path in target.iterdir() if re.fullmatch(r"[0-9a-f]{12}", path.name)]
    for path in sorted(versions, key=lambda path: path.stat().st_mtime)[:-KEPT_VERSIONS]:
        shutil.rmtree(path, ignore_errors=True)


def _cut_font(letters: set[int], target: Path) -> None:
    options = subset.Options()
    options.layout_features = FEATURES
    options.hinting = False
    options.name_IDs = [1, 2]
    font = TTFont(_package_folder("fontpkg_inter") / "files" / "Inter[opsz,wght].ttf")
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=letters)
    cutter.subset(font)
    font = instantiateVariableFont(font, {"opsz": 14, "wght": WEIGHTS})
    font.flavor = "woff2"
    font.save(target)


def _package_folder(name: str) -> Path:
    """Where a package lies, found without importing it."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"The package {name} is missing: install requirements.txt.")
    return Path(spec.origin).parent


if __name__ == "__main__":
    main()
