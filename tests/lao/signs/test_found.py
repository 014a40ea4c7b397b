"""What the search finds in made-up reports with planted patterns: how much of it, and how much else."""

from flask import Flask
from sqlalchemy import func, select

from app.db import db
from app.lao.signs.jobs import search
from app.models import Project, Sign
from app.models.enums import Round, SignKind
from tests.lao.signs.planted import YEAR, Truth, plant

RECALL, PRECISION = 0.95, 0.8
TEXT = SignKind.SAME_TEXT


def _found() -> set[Truth]:
    """A shared text is of the LAO's round, whichever project it is shown with."""
    return {
        Truth(each.kind, each.organisation_id, Round(each.round), None if each.kind is TEXT else each.project_id)
        for each in db.session.scalars(select(Sign))
    }


def test_planted_patterns_are_found_and_innocent_ones_that_look_alike_are_not(app: Flask) -> None:
    # given some thousand projects of 300 LAOs, with planted patterns and with innocent ones
    truth = plant(seed=2561, laos=300, scale=0.35)
    assert (db.session.scalar(select(func.count()).select_from(Project)) or 0) > 4000

    # when every round is searched
    for round_ in Round:
        search(YEAR, round_)

    # then nearly all that was planted is found, and little else: of each kind, and of all together
    found = _found()
    measured = []
    for kind in (None, *SignKind):
        planted = {each for each in truth if kind in (None, each.kind)}
        told = {each for each in found if kind in (None, each.kind)}
        right = len(planted & told)
        measured.append((kind, len(planted), len(told), right))
    assert not [each for each in measured if each[3] < RECALL * each[1] or each[3] < PRECISION * each[2]]
    assert all(planted >= 20 for _kind, planted, _told, _right in measured)

    # and another search finds the same, in the same rows
    rows = sorted(db.session.execute(select(Sign.id, Sign.version)).all())
    for round_ in Round:
        search(YEAR, round_)
    assert sorted(db.session.execute(select(Sign.id, Sign.version)).all()) == rows
