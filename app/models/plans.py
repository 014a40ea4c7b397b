"""Plan periods, the gate of each plan year, report windows and scores. Years are Buddhist-era fiscal years."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.models.enums import PlanStatus, Round
from app.models.types import Hundredths, Json, UtcDateTime, one_of

YEAR_RANGE = "fiscal_year BETWEEN 2540 AND 2700"
ROUNDS = f"round IN ({', '.join(str(int(each)) for each in Round)})"


class PlanPeriod(Base):
    """The fiscal years one action plan covers, both ends included: 2561 to 2564."""

    __tablename__ = "plan_periods"
    __table_args__ = (
        CheckConstraint("2540 <= first_year AND first_year <= last_year AND last_year <= 2700", name="years"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    first_year: Mapped[int] = mapped_column(SmallInteger, unique=True)
    last_year: Mapped[int] = mapped_column(SmallInteger, unique=True)
    version: Mapped[int] = mapped_column(default=1)


class Dimension(Base):
    """A มิติ of a plan period: a later period can rename them, or have more."""

    __tablename__ = "dimensions"
    __table_args__ = (
        CheckConstraint("number BETWEEN 1 AND 9", name="number"),
        CheckConstraint("max_score_hundredths > 0", name="max_score"),
    )

    plan_period_id: Mapped[int] = mapped_column(ForeignKey("plan_periods.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(300))
    max_score: Mapped[Decimal] = mapped_column("max_score_hundredths", Hundredths)
    version: Mapped[int] = mapped_column(default=1, server_default="1")  # rows are older than the column


class SubHeading(Base):
    """A heading below a dimension (1.1) or below one of those (1.1.1), for the plan periods that have them."""

    __tablename__ = "sub_headings"
    __table_args__ = (
        ForeignKeyConstraint(["plan_period_id", "dimension"], ["dimensions.plan_period_id", "dimensions.number"]),
    )

    plan_period_id: Mapped[int] = mapped_column(primary_key=True)
    dimension: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(String(7), primary_key=True)
    name: Mapped[str] = mapped_column(String(300))


class PlanYear(Base):
    """One LAO in one fiscal year. No row: the plan was not sent in."""

    __tablename__ = "plan_years"
    __table_args__ = (CheckConstraint(YEAR_RANGE, name="fiscal_year"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    fiscal_year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    status: Mapped[PlanStatus] = mapped_column(one_of(PlanStatus, "status"))
    sar_closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)


class Score(Base):
    """The LAO's own score (SAR) and NACC's, for one dimension of one plan year."""

    __tablename__ = "scores"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "fiscal_year"], ["plan_years.organisation_id", "plan_years.fiscal_year"]
        ),
        CheckConstraint("sar_hundredths >= 0", name="sar"),
        CheckConstraint("evaluation_hundredths >= 0", name="evaluation"),
    )

    organisation_id: Mapped[int] = mapped_column(primary_key=True)
    fiscal_year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    dimension: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    sar: Mapped[Decimal | None] = mapped_column("sar_hundredths", Hundredths)
    evaluation: Mapped[Decimal | None] = mapped_column("evaluation_hundredths", Hundredths)
    version: Mapped[int] = mapped_column(default=1)


class ScoreChange(Base):
    """A change of published scores, by cell name: it waits for a second person until `settled_at`.

    The row stays and is used again, so that its version never comes back: a page that shows an earlier proposal is
    told from one that shows this one.
    """

    __tablename__ = "score_changes"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "fiscal_year"], ["plan_years.organisation_id", "plan_years.fiscal_year"]
        ),
        Index(
            "ix_score_changes_open",
            "proposed_at",
            postgresql_where=text("settled_at IS NULL"),
            sqlite_where=text("settled_at IS NULL"),
        ),
    )

    organisation_id: Mapped[int] = mapped_column(primary_key=True)
    fiscal_year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    before: Mapped[dict[str, str | None]] = mapped_column(Json)
    after: Mapped[dict[str, str | None]] = mapped_column(Json)
    reason: Mapped[str] = mapped_column(Text)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)


class MinimumScore(Base):
    """The total evaluation score from which a plan of `fiscal_year` is proposed as passed (คะแนนขั้นต่ำ)."""

    __tablename__ = "minimum_scores"
    __table_args__ = (
        CheckConstraint(YEAR_RANGE, name="fiscal_year"),
        CheckConstraint("score_hundredths >= 0", name="score"),
    )

    fiscal_year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    score: Mapped[Decimal] = mapped_column("score_hundredths", Hundredths)
    version: Mapped[int] = mapped_column(default=1)


class Window(Base):
    """When a round can be reported. No row: open from the fiscal year's first day, with no closing."""

    __tablename__ = "windows"
    __table_args__ = (
        CheckConstraint(YEAR_RANGE, name="fiscal_year"),
        CheckConstraint(ROUNDS, name="round"),
        CheckConstraint("opens_at < closes_at", name="order"),
    )

    fiscal_year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    round: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    opens_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)


class WindowException(Base):
    """More time for a single LAO: until when, why and by whom."""

    __tablename__ = "window_exceptions"
    __table_args__ = (CheckConstraint(YEAR_RANGE, name="fiscal_year"), CheckConstraint(ROUNDS, name="round"))

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    fiscal_year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    round: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    closes_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(Text)
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    version: Mapped[int] = mapped_column(default=1)
