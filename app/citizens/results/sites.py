"""Where pages of results stand, and of which year and round they are: what each of them begins with."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import request

from app import clock
from app.citizens.places.rules import Place
from app.citizens.results import queries
from app.language import localised
from app.lao.reporting.rules import THRESHOLDS, ReportingRound
from app.listing import YEARS, number, whole
from app.models.enums import Round
from app.plans.queries import current_period, period_of, periods

MOMENT = {"year": whole(YEARS), "round": whole(tuple(Round))}


@dataclass(frozen=True)
class Site:
    """`front` is the address of the country's page, `layout` the frame around each."""

    front: str
    layout: str
    public: bool = False

    @property
    def base(self) -> str:
        """The front in the language of the page that is made."""
        return localised(self.front)


FOR_THOSE_SIGNED_IN = Site("/reports/places", "layout/inside.html")
FOR_CITIZENS = Site("/public", "layout/outside.html", public=True)


def asked_moment(province_codes: Iterable[str]) -> ReportingRound:
    """As the address says; what it leaves open is the latest that somebody in those provinces has reported for."""
    year, round_ = number(request.args.get("year", ""), 0), number(request.args.get("round", ""), 0)
    known = [each for period in periods() for each in period.years]
    if year in known and round_ in set(Round):
        return ReportingRound(year, Round(round_))
    this_year = clock.fiscal_year(clock.now())
    years = [year] if year in known else [each for each in known if each <= this_year]
    latest = queries.latest_reported(province_codes, years)
    found_year, found_round = latest or (year if year in known else this_year, min(Round))
    return ReportingRound(found_year, Round(round_) if round_ in set(Round) else found_round)


def frame(site: Site, place: Place, moment: ReportingRound) -> dict[str, Any]:
    """What every page about a place knows."""
    return {
        "place": place,
        "path": site.base + place.path,
        **moment_told(site, moment),
    }


def moment_told(site: Site, moment: ReportingRound) -> dict[str, Any]:
    """What every page about one year and round knows."""
    return {
        "site": site,
        "year": moment.year,
        "round": moment.round,
        "query": moment.query,
        "period": period_of(moment.year) or current_period(moment.year),
        "periods": periods(),
        "thresholds": THRESHOLDS[moment.round],
        "now": clock.now(),
    }
