"""Pictures that people hand in: read by pillow and drawn anew, so that nothing of the file itself is ever served."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import IO

from PIL import Image, ImageCms, ImageFile, ImageOps

MOST_BYTES = 10 * 2**20
LONGEST, LONGEST_SMALL = 1200, 400
"""Of the longer side, in pixels; what is smaller stays as it is."""
CONTENT_TYPE = "image/webp"
# A JPEG is read at a fraction of its size, anything else as a whole. Phones take pictures of 50 megapixels.
MOST_PIXELS = {"JPEG": 64_000_000, "MPO": 64_000_000, "PNG": 24_000_000, "WEBP": 24_000_000}
# A phone's JPEG may hold further pictures for depth or glasses (MPO): the first is the one that was taken.
MAY_MOVE = {"PNG", "WEBP"}


class Fault(StrEnum):
    """Why a file is no picture that can be shown."""

    TOO_LARGE = "too_large"
    UNKNOWN = "unknown"
    """Neither JPEG, PNG nor WebP, whatever its name says."""
    DAMAGED = "damaged"
    TOO_MANY_PIXELS = "too_many_pixels"
    MOVING = "moving"


class PictureError(Exception):
    """A file is not taken as a picture."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True)
class Drawn:
    """A picture as it is kept: WebP, upright, in sRGB, opaque, and without a word of where it was taken."""

    width: int
    height: int
    content: bytes
    small: bytes
    """The same with a longer side of at most LONGEST_SMALL."""

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.content).digest()


def read(file: IO[bytes]) -> Drawn:
    """Draws the picture in a file anew. Raises PictureError."""
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise PictureError(Fault.TOO_LARGE)
    image = _opened(content)
    _check(image)
    # WeasyPrint lets pillow make up what is missing of a file, in the whole process.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        return drawn(_upright(image))
    except Exception as error:
        # A file made to break a decoder may raise anything, and none of it says more than this.
        raise PictureError(Fault.DAMAGED) from error


def drawn(image: Image.Image) -> Drawn:
    """An RGB image as it is kept."""
    large = _fitted(image, LONGEST)
    return Drawn(*large.size, _written(large), _written(_fitted(large, LONGEST_SMALL)))


def _opened(content: bytes) -> Image.Image:
    try:
        return Image.open(BytesIO(content), formats=["JPEG", "PNG", "WEBP"])
    except Image.DecompressionBombError:
        raise PictureError(Fault.TOO_MANY_PIXELS) from None
    except Exception:
        raise PictureError(Fault.UNKNOWN) from None


def _check(image: Image.Image) -> None:
    """By the head of the file alone, before any pixel is read."""
    if image.width * image.height > MOST_PIXELS[image.format or ""]:
        raise PictureError(Fault.TOO_MANY_PIXELS)
    if image.format in MAY_MOVE and getattr(image, "is_animated", False):
        raise PictureError(Fault.MOVING)


def _upright(image: Image.Image) -> Image.Image:
    image.draft(None, (LONGEST, LONGEST))
    turned = ImageOps.exif_transpose(_fitted(_mixable(image), LONGEST))
    clear = turned.has_transparency_data
    plain = _in_srgb(turned.convert("RGBA") if clear else turned, image.info.get("icc_profile"))
    if not clear:
        return plain.convert("RGB")
    ground = Image.new("RGB", plain.size, "white")
    ground.paste(plain, mask=plain.getchannel("A"))
    return ground


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Cameras write wider colours with a profile that is not kept: without it they would look pale."""
    if not profile:
        return image
    mode = image.mode if image.mode == "RGBA" else "RGB"
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        found = ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return found or image


def _fitted(image: Image.Image, longest: int) -> Image.Image:
    if max(image.size) <= longest:
        return image
    small = image.copy()
    small.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return small


def _mixable(image: Image.Image) -> Image.Image:
    """In a mode whose pixels can be mixed: eight bits a channel, and no palette."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value / 256).convert("L")
    return image.convert("RGBA") if image.mode in ("P", "PA", "1") else image


def _written(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "WEBP", quality=82, method=4)
    return file.getvalue()
