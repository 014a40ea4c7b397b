"""The manual: a part for each kind of reader, a page for each chapter, questions, what is new, and a search."""

from flask import Blueprint, request
from flask_login import current_user
from werkzeug.exceptions import NotFound

from app.access import public
from app.citizens.help import rules
from app.citizens.help.chapters import BY_NAME, CHAPTERS, NEWS
from app.citizens.help.pages import find_in_manual, help_page
from app.citizens.help.privacy import KEPT_OF_PERSONS
from app.citizens.help.rules import ManualPart
from app.contact import contact
from app.listing import MAX_SEARCH
from app.words import clean_line

blueprint = Blueprint("help", __name__)


@blueprint.get("/help")
@public
def manual() -> str:
    q = clean_line(request.args.get("q", ""))[:MAX_SEARCH]
    return help_page("page", q=q, found=find_in_manual(q), news=NEWS, contact=contact())


@blueprint.get("/help/<part>")
@public
def part_page(part: str) -> str:
    """All chapters of a part: to be read through, or printed."""
    if part not in list(ManualPart):
        raise NotFound
    return help_page("part", part=ManualPart(part))


@blueprint.get("/help/<part>/<key>")
@public
def chapter_page(part: str, key: str) -> str:
    chapter = BY_NAME.get(f"{part}-{key}")
    if chapter is None:
        raise NotFound
    before, after = rules.beside(CHAPTERS, chapter)
    return help_page("chapter", chapter=chapter, before=before, after=after)


@blueprint.get("/help/questions")
@public
def questions() -> str:
    return help_page("questions", contact=contact())


@blueprint.get("/help/privacy")
@public
def privacy() -> str:
    return help_page("privacy", kept=KEPT_OF_PERSONS, contact=contact())


@blueprint.get("/help/accessibility")
@public
def accessibility() -> str:
    """What anybody can use it with, what was tried, and what is known to be wanting."""
    return help_page("accessibility", contact=contact())


@blueprint.get("/help/new")
@public
def news() -> str:
    return help_page("new", news=NEWS)


@blueprint.app_template_global()
def how_to(address: str) -> str:
    """Where the manual explains the screen at `address` to whoever is signed in."""
    chapter = rules.chapter_about(CHAPTERS, address, current_user.role)
    own = ManualPart.LAO if current_user.role == ManualPart.LAO.value else ManualPart.OFFICER
    return chapter.path if chapter else f"/help/{own.value}"
