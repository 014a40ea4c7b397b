"""QR codes: for pages, for PDF and for Word."""

from io import BytesIO

import segno
from markupsafe import Markup

QUIET = 4  # modules of white around a code


def _code(address: str) -> segno.QRCode:
    return segno.make(address, error="m", micro=False)


def code_squares(address: str) -> list[list[bool]]:
    """Rows of dark and light squares, without the white around them."""
    return [[bool(dark) for dark in row] for row in _code(address).matrix]


def code_drawing(address: str) -> Markup:
    """The code for a page, drawn by attributes alone: the page's rules allow no style in it."""
    drawn = _code(address).svg_inline(scale=4, border=QUIET, dark="#000", light="#fff", omitsize=False)
    return Markup(drawn)  # noqa: S704 - from our own address


def code_picture(address: str) -> bytes:
    """The code as PNG."""
    picture = BytesIO()
    _code(address).save(picture, kind="png", scale=8, border=QUIET)
    return picture.getvalue()
