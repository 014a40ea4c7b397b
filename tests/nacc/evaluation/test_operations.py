"""Entering, closing and publishing scores: scope, stale cells, reasons and the history."""

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from app.access import Actor
from app.accounts.queries import actor_of
from app.db import db, transaction
from app.errors import NotTheirs, Refusal, Stale
from app.models import HistoryEntry, PlanYear, Score
from app.models.enums import PlanStatus, Role, Which
from app.nacc.evaluation.operations import (
    SavedScores,
    do_filtered,
    do_one,
    publish_proposed,
    save_from_file,
    save_scores,
)
from app.nacc.evaluation.queries import affected, scores_in_years, scores_of, scores_of_one, versions
from app.nacc.evaluation.rules import ScoreCell, ScoreDeed, ScoreEntry
from app.nacc.plan_years.rules import PlanFilter
from app.nacc.score_changes.queries import waiting_list
from app.nacc.second_person.rules import WantedRow
from tests.factories import NOW, YEAR, make_lao, make_organisation, make_staff

SAR, EVALUATION = ScoreCell(Which.SAR, 1), ScoreCell(Which.EVALUATION, 1)


def _officer(*provinces: str) -> Actor:
    return actor_of(make_staff("officer65", Role.OFFICER, *(provinces or ("65",))).id)


def _save(
    actor: Actor, lao: Actor, cell: ScoreCell, value: str, seen: str = "", reason: str = "", year: int = YEAR
) -> int:
    entry = ScoreEntry(Decimal(value) if value else None, Decimal(seen) if seen else None)
    with transaction():
        return save_scores(actor, lao.own_organisation_id, year, {cell: entry}, reason, NOW).entered


def test_each_enters_its_own_and_the_history_tells(app: Flask) -> None:
    lao, officer = make_lao(), _officer()
    assert _save(lao, lao, SAR, "20.5") == 1
    assert _save(officer, lao, EVALUATION, "18") == 1
    assert _save(officer, lao, EVALUATION, "18", "18") == 0  # nothing new, nothing told
    assert _save(officer, lao, EVALUATION, "", "18") == 1  # a score can be taken out again
    kept = scores_of_one(officer, lao.own_organisation_id, YEAR)
    assert (kept.value(SAR), kept.value(EVALUATION)) == (Decimal("20.50"), None)
    entries = db.session.scalars(select(HistoryEntry).where(HistoryEntry.entity == "scores").order_by(HistoryEntry.id))
    assert [(e.actor_role, e.before, e.after) for e in entries] == [
        (Role.LAO, {"sar_1": None}, {"sar_1": "20.5"}),
        (Role.OFFICER, {"evaluation_1": None}, {"evaluation_1": "18"}),
        (Role.OFFICER, {"evaluation_1": "18.00"}, {"evaluation_1": None}),
    ]
    assert db.session.get_one(Score, (lao.organisation_id, YEAR, 1)).version == 3


def test_a_score_makes_the_plan_year_it_needs(app: Flask) -> None:
    lao, officer = make_lao(passed=()), _officer()
    _save(officer, lao, EVALUATION, "18")
    assert db.session.get_one(PlanYear, (lao.organisation_id, YEAR)).status is PlanStatus.NOT_SENT


def test_somebody_elses_score_is_not_overwritten_unseen(app: Flask) -> None:
    lao, officer = make_lao(), _officer()
    _save(officer, lao, EVALUATION, "18")
    with pytest.raises(Stale):
        _save(officer, lao, EVALUATION, "12")
    _save(lao, lao, SAR, "20")  # the neighbour's change does not make this one stale
    _save(officer, lao, EVALUATION, "12", "18")


def test_the_version_of_an_laos_scores_grows_with_whatever_becomes_of_them(app: Flask) -> None:
    # given
    lao, officer = make_lao(), _officer()
    first, last = EVALUATION, ScoreCell(Which.EVALUATION, 4)
    # when scores are entered and changed, also those that were changed least, then closed, opened and published
    deeds = [
        lambda: _save(officer, lao, first, "18"),
        lambda: _save(officer, lao, first, "17", "18"),
        lambda: _save(officer, lao, first, "16", "17"),
        lambda: _save(officer, lao, last, "5"),
        lambda: _save(officer, lao, last, "6", "5"),
        lambda: _save(lao, lao, ScoreCell(Which.SAR, 4), "7"),
        *(lambda deed=deed: _do(officer, lao, deed) for deed in (ScoreDeed.CLOSE, ScoreDeed.OPEN, ScoreDeed.PUBLISH)),
    ]
    seen = [versions([lao.own_organisation_id], YEAR)[lao.own_organisation_id]]
    for deed in deeds:
        deed()
        seen.append(versions([lao.own_organisation_id], YEAR)[lao.own_organisation_id])
    # then each is noticed by who read what stood before, and what becomes of another year is not
    assert seen == sorted(set(seen))
    _save(officer, lao, first, "18", year=YEAR + 1)
    assert versions([lao.own_organisation_id], YEAR) == {lao.own_organisation_id: seen[-1]}


def _do(officer: Actor, lao: Actor, deed: ScoreDeed) -> None:
    with transaction():
        do_one(officer, lao.own_organisation_id, YEAR, deed, NOW)


def test_an_lao_writes_only_its_own_sar_while_it_is_open(app: Flask) -> None:
    lao, other, officer = make_lao(), make_lao("6650808", name="เทศบาลตำบลวังทอง"), _officer()
    with pytest.raises(Refusal, match=r"คะแนนของ ป\.ป\.ช\."):
        _save(lao, lao, EVALUATION, "25")
    with pytest.raises(NotTheirs):
        _save(lao, other, SAR, "25")
    with transaction():
        do_one(officer, lao.own_organisation_id, YEAR, ScoreDeed.CLOSE, NOW)
    with pytest.raises(Refusal, match="ปิดรับคะแนน SAR"):
        _save(lao, lao, SAR, "20")
    _save(officer, lao, SAR, "19")
    with transaction():
        do_one(officer, lao.own_organisation_id, YEAR, ScoreDeed.OPEN, NOW)
    _save(lao, lao, SAR, "20", "19")


@pytest.mark.parametrize(("cell", "value", "year"), [(SAR, "25.01", YEAR), (ScoreCell(Which.SAR, 5), "1", YEAR)])
def test_what_is_no_score_is_refused(app: Flask, cell: ScoreCell, value: str, year: int) -> None:
    lao = make_lao()
    with pytest.raises(Refusal):
        _save(lao, lao, cell, value, year=year)
    with pytest.raises(NotTheirs):
        _save(lao, lao, SAR, "1", year=2565)  # between two plan periods


def test_another_province_is_neither_seen_nor_changed(app: Flask) -> None:
    lao, stranger = make_lao(), _officer("90")
    with pytest.raises(NotTheirs):
        _save(stranger, lao, SAR, "1")
    with pytest.raises(NotTheirs), transaction():
        do_one(stranger, lao.own_organisation_id, YEAR, ScoreDeed.CLOSE, NOW)
    assert scores_of(stranger, [lao.own_organisation_id], YEAR) == {}
    with transaction():
        assert (
            save_from_file(stranger, {(lao.own_organisation_id, YEAR): {SAR: ScoreEntry(Decimal(1), None)}}, "", NOW)
            == SavedScores()
        )


def _published(officer: Actor, value: str = "18") -> Actor:
    """An LAO whose evaluation of the first dimension is published."""
    lao = make_lao()
    _save(officer, lao, EVALUATION, value)
    with transaction():
        do_one(officer, lao.own_organisation_id, YEAR, ScoreDeed.PUBLISH, NOW)
    return lao


def test_of_a_file_what_is_published_is_proposed_and_the_rest_entered(app: Flask) -> None:
    officer, other = _officer(), make_organisation("6650808", "เทศบาลตำบลวังทอง")
    lao = _published(officer)
    lines = {
        (lao.own_organisation_id, YEAR): {EVALUATION: ScoreEntry(Decimal(17), Decimal(18))},
        (other.id, YEAR): {EVALUATION: ScoreEntry(Decimal(5), None)},
    }
    with transaction():
        assert save_from_file(officer, lines, "รวมคะแนนผิด", NOW) == SavedScores(entered=1, proposed=1)
    found = scores_of(officer, [lao.own_organisation_id, other.id], YEAR)
    assert [found[id_].value(EVALUATION) for id_ in (lao.own_organisation_id, other.id)] == [Decimal(18), Decimal(5)]
    assert [(row.name, row.year) for row in waiting_list(officer, 1)] == [("องค์การบริหารส่วนตำบลดินทอง", YEAR)]


def test_all_filtered_at_once_and_the_number_is_checked(app: Flask) -> None:
    officer, asked = _officer(), PlanFilter(year=YEAR)
    laos = [make_organisation(f"66508{n:02}", f"องค์การบริหารส่วนตำบลที่ {n}", passed=()) for n in range(3)]
    make_organisation("2900101", "องค์การบริหารส่วนจังหวัดสงขลา", province="90", district=None)
    with transaction():
        assert (
            save_from_file(officer, {(laos[0].id, YEAR): {EVALUATION: ScoreEntry(Decimal(5), None)}}, "", NOW).entered
            == 1
        )
    assert affected(officer, asked, ScoreDeed.PUBLISH) == [laos[0].id]
    with pytest.raises(Refusal, match="3"), transaction():
        do_filtered(officer, asked, 2, ScoreDeed.CLOSE, NOW)
    with transaction():
        assert do_filtered(officer, asked, 3, ScoreDeed.CLOSE, NOW) == 3
        assert do_filtered(officer, asked, 1, ScoreDeed.PUBLISH, NOW) == 1
    closed = list(db.session.scalars(select(PlanYear.organisation_id).where(PlanYear.sar_closed_at.is_not(None))))
    assert sorted(closed) == sorted(lao.id for lao in laos)
    with transaction():
        assert do_filtered(officer, asked, 3, ScoreDeed.OPEN, NOW) == 3


def test_a_file_saves_nothing_where_one_of_its_scores_changed_meanwhile(app: Flask) -> None:
    # given a file that was checked before somebody scored one of its LAOs
    officer = actor_of(make_staff("officer65", Role.OFFICER, "65").id)
    laos = [make_lao().own_organisation_id, make_lao("6650808").own_organisation_id]
    cell = ScoreCell(Which.EVALUATION, 1)
    with transaction():
        save_scores(officer, laos[1], YEAR, {cell: ScoreEntry(Decimal(7), None)}, "", NOW)
    lines = {(id_, YEAR): {cell: ScoreEntry(Decimal(9), None)} for id_ in laos}
    # then
    with pytest.raises(Stale), transaction():
        save_from_file(officer, lines, "", NOW)
    assert scores_of_one(officer, laos[0], YEAR).value(cell) is None
    # and the file of two years saves both, once what stands is what was seen
    lines = {
        (laos[0], YEAR): {cell: ScoreEntry(Decimal(9), None)},
        (laos[1], YEAR): {cell: ScoreEntry(Decimal(8), Decimal(7))},
        (laos[1], YEAR + 1): {
            cell: ScoreEntry(Decimal(6), None),
            ScoreCell(Which.SAR, 2): ScoreEntry(Decimal(5), None),
        },
    }
    with transaction():
        assert save_from_file(officer, lines, "", NOW) == SavedScores(entered=4)
    found = scores_in_years(officer, list(lines))
    assert {place: scores.value(cell) for place, scores in found.items()} == {
        (laos[0], YEAR): Decimal(9),
        (laos[1], YEAR): Decimal(8),
        (laos[1], YEAR + 1): Decimal(6),
    }


def test_what_was_proposed_is_published_for_the_lao_and_the_year_it_was_read_for(app: Flask) -> None:
    # given two LAOs scored in two years
    officer = actor_of(make_staff("officer65", Role.OFFICER, "65").id)
    laos, cell = [make_lao(code).own_organisation_id for code in ("6650807", "6650808")], ScoreCell(Which.EVALUATION, 1)
    for lao in laos:
        for year in (YEAR, YEAR + 1):
            with transaction():
                save_scores(officer, lao, year, {cell: ScoreEntry(Decimal(9), None)}, "", NOW)
    read = [(laos[0], YEAR), (laos[1], YEAR + 1)]
    rows = [WantedRow(lao, versions([lao], year)[lao], year=year) for lao, year in read]
    # when one year of each was proposed and confirmed
    with transaction():
        assert publish_proposed(officer, rows, "", NOW) == 2
    # then just these are published
    places = [(lao, year) for lao in laos for year in (YEAR, YEAR + 1)]
    found = scores_in_years(officer, places)
    assert [place for place in places if found[place].published_at is not None] == read


def test_a_double_click_tells_as_many_cells_as_the_first_one(app: Flask) -> None:
    lao, officer = make_lao().own_organisation_id, actor_of(make_staff("officer65", Role.OFFICER, "65").id)
    entries = {
        ScoreCell(Which.EVALUATION, 1): ScoreEntry(Decimal(9), None),
        ScoreCell(Which.EVALUATION, 2): ScoreEntry(Decimal(8), None),
        ScoreCell(Which.EVALUATION, 3): ScoreEntry(None, None),
    }
    for _click in range(2):
        with transaction():
            assert save_scores(officer, lao, YEAR, entries, "", NOW) == SavedScores(entered=2)
