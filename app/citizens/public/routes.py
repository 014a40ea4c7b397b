"""What citizens see, without an account: the results of every place, a map, and a search."""

from typing import Any

from flask import Blueprint, current_app, redirect, request
from werkzeug.wrappers import Response

from app.access import public
from app.citizens.comparing.pages import mount_comparisons
from app.citizens.help.pages import find_in_manual
from app.citizens.places.queries import FoundPlaces, search
from app.citizens.public.cache import PageCache, canonical, for_everybody, knows
from app.citizens.public.queries import find_projects
from app.citizens.public.rules import LAKE, OUTLINES, VIEW_BOX, shade, shades
from app.citizens.results.pages import mount
from app.citizens.results.sites import FOR_CITIZENS
from app.language import ENGLISH
from app.listing import number, text, whole
from app.models.enums import PlaceKind
from app.web import answer
from app.words import clean_line

blueprint = Blueprint("public", __name__)
MOST_LETTERS = 100
IDS = range(1, 10**9)
# Search engines are welcome to every place and project. What is counted anew for each address is for people.
ROBOTS = "User-agent: *\n" + "".join(
    f"Disallow: {path}\n"
    for path in (
        "/*/figures/",
        "/*/plots/",
        "/*/compare",
        "/*/side-by-side",
        "/*/ranking",
        "/*/table.",
        "/public/search",
        "/en/public/search",
        "/api/",
        "/nacc/",
    )
)
MAP = {"outlines": OUTLINES, "view_box": VIEW_BOX, "lake": LAKE, "shade": shade, "shades": shades}


@blueprint.record_once
def prepare(state: Any) -> None:
    state.app.extensions["public-pages"] = PageCache()
    state.app.jinja_env.globals |= {"map": MAP, "canonical": canonical}


mount(blueprint, FOR_CITIZENS, for_everybody)
mount_comparisons(blueprint, FOR_CITIZENS, for_everybody)


@blueprint.get("/robots.txt")
@public
def robots() -> Response:
    text = f"{ROBOTS}Sitemap: {current_app.config['PUBLIC_URL']}/sitemap.xml\n"
    return Response(text, content_type="text/plain; charset=utf-8")


@blueprint.get(ENGLISH)
@public
def english() -> Any:
    """What somebody types who looks for the English pages."""
    return redirect(ENGLISH + FOR_CITIZENS.front)


@blueprint.get("/public/search")
@for_everybody
@knows({"q": text(MOST_LETTERS)})
def find_place() -> Any:
    """Places by name or code; a code that is an LAO's own leads straight there."""
    q = clean_line(request.args.get("q", ""))[:MOST_LETTERS]
    found = search(q) if q else FoundPlaces()
    one = found.fitting[0] if found.total == 1 else None
    if one and one.code == q and one.kind is PlaceKind.ORGANISATION:
        return redirect(FOR_CITIZENS.base + one.path)
    page: Response = answer(
        "citizens/public/search.html",
        "citizens/public/_search.html",
        site=FOR_CITIZENS,
        q=q,
        found=found,
        manual=find_in_manual(q),
    )
    return page


@blueprint.get("/public/search/projects")
@for_everybody
@knows({"q": text(MOST_LETTERS), "below": whole(IDS)})
def find_project() -> Any:
    """Projects by words of their names. Beside the places, and later: it takes longer than a letter may."""
    q = clean_line(request.args.get("q", ""))[:MOST_LETTERS]
    found = find_projects(q, number(request.args.get("below", ""), 0))
    page: Response = answer(
        "citizens/public/projects.html", "citizens/public/_projects.html", site=FOR_CITIZENS, q=q, found=found
    )
    return page
