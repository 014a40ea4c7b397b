"""One LAO's scores as a page: where they are entered, and where another person answers what was proposed."""

from flask import render_template

from app.access import actor
from app.nacc.evaluation import queries
from app.nacc.evaluation.forms import ScoreForm
from app.nacc.evaluation.rules import ScoreDeed, YearScores
from app.plans.queries import period_of


def row_page(organisation_id: int, year: int, form: ScoreForm, kept: YearScores, refusal: str = "") -> str:
    who = actor()
    change = queries.waiting_changes(who, [organisation_id], year).get(organisation_id)
    return render_template(
        "nacc/evaluation/row.html",
        lao_id=organisation_id,
        name=queries.lao_name(actor(), organisation_id),
        year=year,
        period=period_of(year),
        maxima=queries.max_scores(year),
        form=form,
        scores=kept,
        deeds=_offered_deeds(kept),
        change=change,
        own_change=change is not None and change.by_id == who.account_id,
        refusal=refusal,
    )


def _offered_deeds(kept: YearScores) -> list[ScoreDeed]:
    if kept.published_at is not None:
        return []  # published, the LAO's own scores are closed too
    switch = ScoreDeed.CLOSE if kept.sar_closed_at is None else ScoreDeed.OPEN
    return [switch, ScoreDeed.PUBLISH] if kept.evaluated else [switch]
