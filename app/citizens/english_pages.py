"""The English pages: the same views once more, below /en. Which have one, and the way from each to the other."""

from urllib.parse import quote

from flask import Flask, current_app, request
from flask_login import current_user
from werkzeug.routing import Rule

from app.language import ENGLISH, in_english, in_thai
from app.registry.english import spelled

VIEWS = frozenset(
    {
        *("public.place_page", "public.side_by_side", "public.compare", "public.plot_picture", "public.figure_page"),
        *("public.open_row", "public.ranking", "public.table_file", "follow.windows"),
        *("public.deleted_projects", "public.project", "public.find_place", "public.find_project"),
        *("open_data.page", "open_data.examples", "log.page", "verify.verify", "follow.feed", "follow.card"),
        *("help.manual", "help.part_page", "help.chapter_page", "help.questions", "help.privacy"),
        *("help.accessibility", "help.news", "registry.codes", "registry.code_file"),
    }
)
FRONT = "/public"  # of what is there in English


def init_english_pages(app: Flask) -> None:
    """Last of all that is done to an app: it goes through the addresses that are there.

    An endpoint has two addresses then. A link is made for the Thai one, whose rule is no alias; `localised` leads on.
    """
    app.url_map.redirect_defaults = False  # it would lead from the second address of an endpoint to the first
    for rule in [each for each in app.url_map.iter_rules() if each.endpoint in VIEWS]:
        app.url_map.add(_below(rule))
    app.jinja_env.globals.update(other_language=other_language, languages=languages)
    app.jinja_env.filters["spelled"] = spelled


def _below(rule: Rule) -> Rule:
    methods, defaults = rule.methods, rule.defaults
    below = Rule(ENGLISH + rule.rule, endpoint=rule.endpoint, methods=methods, defaults=defaults, alias=True)
    # Flask's own mark, without which the view itself would answer OPTIONS.
    below.provide_automatic_options = rule.provide_automatic_options  # type: ignore[attr-defined]
    return below


def other_language() -> str:
    """The address of this very page in the other language; where it has none, a stranger is led to the front.

    What nobody answers to is not repeated: below /en a stranger may have written another host.
    """
    if request.endpoint not in VIEWS:
        return FRONT if in_english() else "" if current_user.is_authenticated else ENGLISH + FRONT
    path = quote(in_thai(request.path) if in_english() else ENGLISH + request.path)
    query = request.query_string.decode()
    return f"{path}?{query}" if query else path


def languages(address: str) -> dict[str, str]:
    """Of the page at `address`, its addresses by what HTML calls the language; none of one that has no other."""
    if request.endpoint not in VIEWS:
        return {}
    site: str = current_app.config["PUBLIC_URL"]
    path = in_thai(address.removeprefix(site))
    return {"th": site + path, "en": site + ENGLISH + path}
