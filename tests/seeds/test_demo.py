"""The demo holds the manual's golden figures, out of the database, for both places."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import func, select

from app.access import Actor
from app.accounts.operations import prove
from app.accounts.queries import credentials
from app.citizens.results.queries import province_rows
from app.db import db, transaction
from app.errors import Refusal
from app.lao.papers.queries import executive, round_told
from app.lao.papers.rules import round_paper
from app.lao.reporting.counts import round_summary
from app.lao.reporting.rules import in_table_order
from app.models import HistoryEntry, Project
from app.models.enums import ReviewStatus, Role, Round
from app.plans.queries import period_of
from app.registry.operations import load_registry
from app.seeds.demo import load_demo, shared_out
from app.typeset.pdf import paper_pdf
from app.words import baht
from tests.factories import NOW

GOLDEN = Path(__file__).parent.parent / "golden"


@pytest.fixture
def demo(app: Flask) -> Flask:
    with transaction():
        load_registry()
        load_demo(NOW)
    return app


def test_the_demo_is_what_the_manuals_print(demo: Flask) -> None:
    """One load, all golden figures: loading the registry for each would cost more than it tells."""
    _songkhla_figures()
    _phitsanulok_table()
    _accounts()
    _reviews_and_history()
    with transaction():
        assert load_demo(NOW) is False


def _songkhla_figures() -> None:
    golden = json.loads((GOLDEN / "songkhla_pao_2561_round6.json").read_text(encoding="utf-8"))
    actor = prove("2900101", "songkhla-demo", "", NOW, code_required=False).actor
    summary = round_summary(actor, 2561, Round.SIX)
    for row in golden["dimensions"]:
        counts, money = summary.dimension(row["dimension"])
        assert (counts.total, counts.done) == (row["projects"], row["done"])
        assert (money.planned, money.ordinance, money.spent) == tuple(
            Decimal(row[name]) for name in ("plan_budget", "ordinance_budget", "spent")
        )
        assert (str(counts.percent), str(money.percent)) == (row["project_percent"], row["budget_percent"])
    total, counts, money = golden["total"], summary.counts, summary.money
    assert (counts.total, counts.in_progress, counts.done, counts.cannot, counts.waiting) == tuple(
        total[name] for name in ("projects", "in_progress", "done", "cannot", "waiting")
    )
    assert (money.planned, money.ordinance, money.spent) == tuple(
        Decimal(total[name]) for name in ("plan_budget", "ordinance_budget", "spent")
    )
    assert money.in_ordinance == total["in_ordinance"]
    assert (str(counts.percent), str(money.percent)) == (total["project_percent"], total["budget_percent"])
    assert summary.level.label == total["level"]
    _songkhla_on_paper(actor, [row["plan_budget"] for row in [*golden["dimensions"], total]])


def _songkhla_on_paper(actor: Actor, planned: list[str]) -> None:
    period = period_of(2561)
    assert period
    told = round_told(actor, 2561, Round.SIX, NOW)
    paper = round_paper(told, period.dimensions, executive(actor), "http://127.0.0.1", NOW)
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(paper_pdf(paper, NOW))).pages)
    for amount in (*(baht(Decimal(each)) for each in planned), "19,679,100.00", "8,763,466.00"):
        assert text.count(amount) >= 2, amount  # in the summary and in the sums of the list
    assert "รวมทั้งสิ้น (85 รายการ)" in text
    assert all(each.name.split()[0] in text.replace("\n", "") for each in told.projects)


def _phitsanulok_table() -> None:
    with (GOLDEN / "province_tables.csv").open(encoding="utf-8") as lines:
        golden = [row for row in csv.DictReader(lines) if row["table"] == "phitsanulok"]
    tables = dict(in_table_order(province_rows("65", 2561, Round.TWELVE)))
    shown = [(row.marked_name, f"{row.percent:.2f}", row.level.label) for row in tables["เมืองพิษณุโลก"]]
    assert shown[: len(golden)] == [(row["organisation"], row["percent"], row["level"]) for row in golden]
    assert all(name.startswith("** ") for name, _percent, _level in shown[len(golden) :])


def _accounts() -> None:
    assert prove("officer90", "officer-demo", "", NOW, code_required=False).actor.province_codes == {"90"}
    assert prove("admin", "admin-demo", "", NOW, code_required=False).actor.role is Role.ADMINISTRATOR
    assert prove("6650807", "", "", NOW, code_required=False).actor.claiming
    with pytest.raises(Refusal):
        prove("6650807", "anything", "", NOW, code_required=False)
    unclaimed = credentials("6650807")
    assert unclaimed is not None
    assert unclaimed.password_hash is None


def _reviews_and_history() -> None:
    found = dict(
        db.session.execute(
            select(Project.review_status, func.count())
            .where(Project.province_code == "90")
            .group_by(Project.review_status)
        ).all()
    )
    assert set(found) == set(ReviewStatus)
    entries = db.session.scalar(select(func.count()).select_from(HistoryEntry).where(HistoryEntry.action == "report"))
    assert entries is not None
    assert entries >= 85


def test_shared_out_amounts_add_up() -> None:
    for total, count in ((Decimal(4_482_000), 7), (Decimal("100.25"), 3), (Decimal(5), 1)):
        amounts = shared_out(total, count)
        assert sum(amounts) == total
        assert all(amount >= 0 for amount in amounts)
