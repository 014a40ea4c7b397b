"""Pages of the manual, and what of them can be found; whatever shows a part of the manual asks here."""

from functools import lru_cache
from typing import Any

from flask import current_app, render_template
from flask_login import current_user
from markupsafe import Markup

from app.citizens.help import rules
from app.citizens.help.chapters import BY_NAME, CHAPTERS, QUESTIONS
from app.citizens.help.rules import Chapter, Found, ManualPart, Text
from app.citizens.help.screens import SCREENS
from app.language import in_english, said
from app.lao.reporting.rules import THRESHOLDS
from app.models.enums import Role


def help_page(template: str, **more: Any) -> str:
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


def find_in_manual(q: str) -> Found:
    """What the manual says of `q`, as whoever asks would read it."""
    return rules.search(
        q, _texts(current_app.config["BUILD"], current_user.role if current_user.is_authenticated else "", in_english())
    )


@lru_cache(maxsize=2 * len(Role) + 2)
def _texts(_build: str, _role: str, _english: bool) -> list[Text]:
    """Chapters, then questions, as what is read and nothing else. The same for all of a role in one language."""
    found = [
        Text(each.path, said(each.title), each.part, f"{said(each.about)} {_plain('_text', chapter=each)}")
        for each in CHAPTERS
    ]
    return found + [Text(each.path, said(each.text), each.part, _plain("_text", question=each)) for each in QUESTIONS]


def _plain(template: str, **of: Any) -> str:
    return Markup(help_page(template, **of)).striptags()  # noqa: S704 - our own page, to be read without its tags
