"""Ways to follow what is published: feeds of places, the windows as a calendar, and what search engines may read."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, render_template

from app.citizens.figures.rules import sums_of
from app.citizens.follow.cards import figure_card
from app.citizens.follow.queries import feed_entries, paths_of_places, windows_in_calendar
from app.citizens.follow.rules import feed_moment, in_xml, window_event
from app.citizens.help.chapters import CHAPTERS
from app.citizens.help.rules import ManualPart
from app.citizens.places.queries import find
from app.citizens.public.cache import for_everybody, knows
from app.citizens.results.queries import summed
from app.citizens.results.sites import FOR_CITIZENS, MOMENT, asked_moment
from app.clock import fiscal_year_start
from app.language import ENGLISH, in_english, said
from app.models.enums import PlaceKind
from app.plans.queries import periods

blueprint = Blueprint("follow", __name__)
FOLLOWED = "<any(provinces, districts, organisations):kind>/<code>"
IN_BOTH_LANGUAGES = (
    *("/public", "/open-data", "/public/examples", "/public/log", "/public/verify", "/codes", "/help/new"),
    *("/help", "/help/questions", "/help/privacy", "/help/accessibility"),
    *(f"/help/{each.value}" for each in ManualPart),
)
IN_THAI_ALONE = ("/",)
CALENDAR_NAME = "กำหนดเวลารับรายงาน e-PlanNACC"


@blueprint.get(f"/public/{FOLLOWED}.atom")
@for_everybody
def feed(kind: str, code: str) -> Response:
    """Reports, verdicts and amendments of a place. An id stays as long as the address of this site does."""
    place, address = find(PlaceKind(kind), code), _address()
    entries = feed_entries(place)
    begun = fiscal_year_start(periods()[0].first_year)  # of a feed in which nothing ever changed
    newest = max((each.at for each in entries), default=begun)
    text = render_template(
        "citizens/follow/feed.xml",
        name=in_xml(place.whole_name),
        path=f"{FOR_CITIZENS.base}{place.path}",
        entries=entries,
        updated=newest,
        moment=feed_moment,
        address=address,
        base=FOR_CITIZENS.base,
        tag=f"tag:{urlsplit(address).hostname},2026:{'en/' if in_english() else ''}",
        which=f"{kind}/{place.id or place.code}",
    )
    response = Response(text, content_type="application/atom+xml; charset=utf-8")
    response.last_modified = newest
    return response


@blueprint.get(f"/public/{FOLLOWED}.png")
@for_everybody
@knows(MOMENT)
def card(kind: str, code: str) -> Response:
    """The figures of a place as a picture, for where a link to its page is shown."""
    from app.typeset.picture import picture  # fpdf2's and Pillow's half a second, which no start should wait for

    place = find(PlaceKind(kind), code)
    moment = asked_moment(place.province_codes)
    counts, money = sums_of(summed(place, moment.year, moment.round), 0)
    return Response(picture(figure_card(place.whole_name, moment, counts, money)), content_type="image/png")


@blueprint.get("/public/windows.ics")
@for_everybody
def windows() -> Response:
    """When rounds can be reported, for calendar programs."""
    from app.citizens.follow.calendars import calendar  # icalendar's tenth of a second, as above

    address = _address()
    host = urlsplit(address).hostname or ""
    events = [window_event(*each, host) for each in windows_in_calendar()]
    body = calendar(said(CALENDAR_NAME), f"{address}{FOR_CITIZENS.base}", events)
    headers = {"Content-Disposition": 'inline; filename="windows.ics"'}
    return Response(body, content_type="text/calendar; charset=utf-8", headers=headers)


@blueprint.get("/sitemap.xml")
@for_everybody
def sitemap() -> Response:
    """Places and the manual, some 18,000 of the 50,000 that one file may have.

    Without `lastmod`: when something of an LAO changed last would also tell of what is not public.
    """
    both = [*IN_BOTH_LANGUAGES, *(each.path for each in CHAPTERS)]
    both += [f"{FOR_CITIZENS.front}{path}" for path in paths_of_places()]
    paths = dict.fromkeys((*IN_THAI_ALONE, *both, *(ENGLISH + path for path in both)))
    text = render_template("citizens/follow/sitemap.xml", address=_address(), paths=paths)
    return Response(text, content_type="application/xml; charset=utf-8")


def _address() -> str:
    address: str = current_app.config["PUBLIC_URL"]
    return address
