"""The whole letter of a day, with all that can stand in it, as a person once read it; READ_ANEW=1 writes it anew."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from flask import Flask

from app.access import Actor
from app.accounts.queries import actor_of
from app.db import transaction
from app.models.enums import Role, Round
from app.nacc.digests.queries import news_of
from app.nacc.digests.rules import MOST_NAMED, ClosingRound, FailedPlan, LaoNews, RejectedProject, Span, digest_letter
from app.nacc.evaluation.operations import do_one, save_scores
from app.nacc.evaluation.rules import ScoreCell, ScoreDeed, ScoreEntry
from app.nacc.score_changes.operations import answer_change
from app.nacc.score_changes.rules import ChangeAnswer
from app.nacc.waiting.rules import RoundWork
from app.plans.rules import ReportWindow
from tests.factories import NOW, YEAR, make_lao, make_staff
from tests.nacc.reading import differing

READ = Path(__file__).parents[1] / "screens"
DAY = timedelta(days=1)
URL = "https://plan.example.go.th"


def _news(rejected: int) -> LaoNews:
    def window(round_: Round, days: int) -> ReportWindow:
        return ReportWindow(YEAR, round_, NOW - 9 * DAY, NOW + days * DAY)

    return LaoNews(
        rejected=[RejectedProject(f"โครงการ {n}", f"เหตุผล {n}", YEAR + n % 2) for n in range(rejected)],
        failed=[FailedPlan(YEAR, "ไม่ครบ 4 มิติ"), FailedPlan(YEAR + 1, "")],
        published=[YEAR - 1, YEAR],
        corrected=[YEAR - 2],
        closing=[
            ClosingRound(window(Round.SIX, 7), RoundWork(True, 1234, 1)),
            ClosingRound(window(Round.TWELVE, 1), RoundWork(True)),
        ],
    )


def test_all_that_a_letter_can_say_is_as_it_was_read() -> None:
    told = ""
    for rejected in (0, 1, MOST_NAMED, MOST_NAMED + 1):
        letter = digest_letter("อบต.ดินทอง", _news(rejected), NOW, URL)
        told += f"{letter.subject}\n\n{letter.text}\n" + "-" * 60 + "\n"
    one = digest_letter("อบต.ดินทอง", LaoNews(corrected=[YEAR]), NOW - 8 * timedelta(hours=1), URL)
    told += f"{one.subject}\n\n{one.text}\n"
    found = differing(READ / "digest.txt", told)
    assert not found, "\n".join(found)


def _staff(name: str, role: Role) -> Actor:
    return actor_of(make_staff(name, role, *(["65"] if role is Role.OFFICER else [])).id)


def test_scores_that_two_persons_changed_are_told_as_changed_or_as_new(app: Flask) -> None:
    # given two LAOs whose published scores were changed within the day, one of them published in it too
    laos = [make_lao(), make_lao("6650808", name="องค์การบริหารส่วนตำบลอื่น")]
    first, second = _staff("somsri", Role.OFFICER), _staff("chief", Role.ADMINISTRATOR)
    cell = ScoreCell.named("evaluation_1")
    for lao, published in zip(laos, (NOW - DAY, NOW + DAY / 4), strict=True):
        id_ = lao.own_organisation_id
        with transaction():
            save_scores(first, id_, YEAR, {cell: ScoreEntry(Decimal(5), None)}, "", NOW - 2 * DAY)
        with transaction():
            do_one(first, id_, YEAR, ScoreDeed.PUBLISH, published)
        with transaction():
            changed = {cell: ScoreEntry(Decimal(6), Decimal("5.00"))}
            save_scores(first, id_, YEAR, changed, "พิมพ์ผิด", NOW + DAY / 3)
    # then a change that waits is not told, one that was confirmed is, in the span in which it was
    days = [Span(NOW - 3 * DAY, NOW - 2 * DAY), Span(NOW - 2 * DAY, NOW), Span(NOW, NOW + DAY)]
    ids = [lao.own_organisation_id for lao in laos]

    def told() -> list[list[tuple[list[int], list[int]] | None]]:
        found = [news_of(day) for day in days]
        return [[(news[id_].published, news[id_].corrected) if id_ in news else None for id_ in ids] for news in found]

    assert told() == [[None, None], [([YEAR], []), None], [None, ([YEAR], [])]]
    for id_ in ids:
        with transaction():
            answer_change(second, id_, YEAR, ChangeAnswer.CONFIRM, 1, NOW + DAY / 2)
    assert told() == [[None, None], [([YEAR], []), None], [([], [YEAR]), ([YEAR], [])]]
    assert list(news_of(days[2], ids[:1])) == ids[:1]
