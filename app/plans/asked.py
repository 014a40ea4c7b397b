"""The fiscal year and the round that a page or a deed is about, as its address says. HTTP only."""

from collections.abc import Sequence

from flask import abort, request

from app import clock
from app.models.enums import Round
from app.plans.rules import YearGate, default_year, round_of
from app.web import asked_year


def opening_year(gates: Sequence[YearGate]) -> int:
    """The year that a page of an LAO with these `gates` opens with now."""
    return default_year(gates, clock.fiscal_year(clock.now()))


def year_asked(gates: Sequence[YearGate]) -> int:
    """The year in the address, else the one a page opens with. A deed for a year that is none is refused: 404."""
    return asked_year([gate.year for gate in gates], opening_year(gates))


def round_asked() -> Round:
    """The round in the address, else the first. A deed for a round that is none is refused: 404."""
    typed = request.args.get("round", "")
    round_ = round_of(typed)
    if request.method == "POST" and typed != str(int(round_)):
        abort(404)
    return round_
