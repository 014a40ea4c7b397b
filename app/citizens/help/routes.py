"""The manual: a part for each kind of reader, a page for each chapter, questions, what is new, and a search."""

from typing import Any

from flask import Blueprint, render_template, request
from flask_login import current_user
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from app.access import public
from app.citizens.help import rules
from app.citizens.help.chapters import BY_NAME, CHAPTERS, NEWS, QUESTIONS
from app.citizens.help.privacy import KEPT_OF_PERSONS
from app.citizens.help.rules import Chapter, ManualPart, Text
from app.citizens.help.screens import SCREENS
from app.contact import contact
from app.lao.reporting.rules import THRESHOLDS
from app.listing import MAX_SEARCH
from app.words import clean_line

blueprint = Blueprint("help", __name__)


@blueprint.get("/help")
@public
def manual() -> str:
    q = clean_line(request.args.get("q", ""))[:MAX_SEARCH]
    return _help_page("page", q=q, hits=rules.search(q, _texts()) if q else [], news=NEWS, contact=contact())


@blueprint.get("/help/<part>")
@public
def part_page(part: str) -> str:
    """All chapters of a part: to be read through, or printed."""
    if part not in list(ManualPart):
        raise NotFound
    return _help_page("part", part=ManualPart(part))


@blueprint.get("/help/<part>/<key>")
@public
def chapter_page(part: str, key: str) -> str:
    chapter = BY_NAME.get(f"{part}-{key}")
    if chapter is None:
        raise NotFound
    before, after = rules.beside(CHAPTERS, chapter)
    return _help_page("chapter", chapter=chapter, before=before, after=after)


@blueprint.get("/help/questions")
@public
def questions() -> str:
    return _help_page("questions", contact=contact())


@blueprint.get("/help/privacy")
@public
def privacy() -> str:
    return _help_page("privacy", kept=KEPT_OF_PERSONS, contact=contact())


@blueprint.get("/help/new")
@public
def news() -> str:
    return _help_page("new", news=NEWS)


@blueprint.app_template_global()
def how_to(address: str) -> str:
    """Where the manual explains the screen at `address` to whoever is signed in."""
    chapter = rules.chapter_about(CHAPTERS, address, current_user.role)
    own = ManualPart.LAO if current_user.role == ManualPart.LAO.value else ManualPart.OFFICER
    return chapter.path if chapter else f"/help/{own.value}"


def _help_page(template: str, **more: Any) -> str:
    return render_template(
        f"citizens/help/{template}.html",
        parts=ManualPart,
        chapters=BY_NAME,
        questions=QUESTIONS,
        screens=SCREENS,
        width=rules.PICTURE_WIDTH,
        thresholds=THRESHOLDS,
        opens=_opens,
        **more,
    )


def _opens(chapter: Chapter) -> bool:
    """Whether whoever reads may open the screen of `chapter`: a link that is refused helps nobody."""
    if not chapter.by:
        return True
    return current_user.is_authenticated and not current_user.claiming and current_user.role in chapter.by


def _texts() -> list[Text]:
    """Chapters, then questions, as what is read and nothing else."""
    found = [
        Text(each.path, each.title, each.part, f"{each.about} {_plain('_text', chapter=each)}") for each in CHAPTERS
    ]
    return found + [Text(each.path, each.text, each.part, _plain("_text", question=each)) for each in QUESTIONS]


def _plain(template: str, **of: Any) -> str:
    return Markup(_help_page(template, **of)).striptags()  # noqa: S704 - our own page, to be read without its tags
