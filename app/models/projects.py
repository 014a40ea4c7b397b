"""Projects, their budget in each fiscal year, and a report line for each year and round.

Report lines exist from the day a project is recorded for a year, with the status *not reported*:
what is still waiting is then a status like the others, counted by the same index.
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.models.enums import CannotReason, Kind, ReportStatus, ReviewStatus
from app.models.plans import ROUNDS, YEAR_RANGE
from app.models.types import Baht, Quarters, UtcDateTime, one_of, searched

CARRIED = ("organisation_id", "province_code", "dimension", "counted")


class RejectionReason(Base):
    """The pick list of reasons an officer rejects with."""

    __tablename__ = "rejection_reasons"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(300), unique=True)
    position: Mapped[int] = mapped_column(SmallInteger, default=0)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Project(Base):
    """One entry of the plan, counted once in its main dimension while not rejected and not deleted."""

    __tablename__ = "projects"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "province_code"],
            ["organisations.id", "organisations.province_code"],
            onupdate="CASCADE",
        ),
        ForeignKeyConstraint(["plan_period_id", "dimension"], ["dimensions.plan_period_id", "dimensions.number"]),
        # Of its own period and main dimension, or none.
        ForeignKeyConstraint(
            ["plan_period_id", "dimension", "sub_heading"],
            ["sub_headings.plan_period_id", "sub_headings.dimension", "sub_headings.number"],
        ),
        UniqueConstraint("id", *CARRIED),
        UniqueConstraint("organisation_id", "submission_key"),
        CheckConstraint("quarters BETWEEN 1 AND 15", name="quarters"),
        CheckConstraint("length(name) BETWEEN 1 AND 500", name="name"),
        CheckConstraint("(review_status = 'rejected') = (review_reason IS NOT NULL)", name="rejected_has_reason"),
        CheckConstraint("counted = (review_status <> 'rejected' AND deleted_at IS NULL)", name="counted"),
        Index("ix_projects_list", "organisation_id", "deleted_at", "id"),
        # The review queue, for one province and for the whole country: what waits longest comes first.
        Index(
            "ix_projects_waiting",
            "updated_at",
            "id",
            postgresql_where=text("review_status = 'pending' AND deleted_at IS NULL"),
            sqlite_where=text("review_status = 'pending' AND deleted_at IS NULL"),
        ),
        Index(
            "ix_projects_pending",
            "province_code",
            "updated_at",
            "id",
            postgresql_where=text("review_status = 'pending' AND deleted_at IS NULL"),
            sqlite_where=text("review_status = 'pending' AND deleted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int]
    province_code: Mapped[str] = mapped_column(String(2))
    plan_period_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(500))
    name_sort: Mapped[str] = mapped_column(Text().with_variant(Text(collation="C"), "postgresql"))
    name_search: Mapped[str] = searched("name")
    kind: Mapped[Kind] = mapped_column(one_of(Kind, "kind"))
    dimension: Mapped[int] = mapped_column(SmallInteger)
    sub_heading: Mapped[str | None] = mapped_column(String(7))
    quarters: Mapped[tuple[int, ...]] = mapped_column(Quarters)
    target_group: Mapped[str] = mapped_column(Text)
    objective: Mapped[str] = mapped_column(Text)
    review_status: Mapped[ReviewStatus] = mapped_column(
        one_of(ReviewStatus, "review_status"), default=ReviewStatus.PENDING
    )
    review_reason: Mapped[str | None] = mapped_column(Text)
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    counted: Mapped[bool] = mapped_column(Boolean, default=True)
    # Made with the empty form: sending the same form twice records one project.
    submission_key: Mapped[str | None] = mapped_column(String(36))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)


class ProjectDimension(Base):
    """A further dimension (มิติที่สอดคล้องเพิ่มเติม): kept and shown, never counted."""

    __tablename__ = "project_dimensions"

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    dimension: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)


class ProjectYear(Base):
    """A fiscal year a project runs in. No plan budget (NULL) is ดำเนินการโดยไม่ใช้งบประมาณ; 0 baht is a budget."""

    __tablename__ = "project_years"
    __table_args__ = (
        ForeignKeyConstraint(
            ["project_id", *CARRIED], ["projects.id", *(f"projects.{name}" for name in CARRIED)], onupdate="CASCADE"
        ),
        UniqueConstraint("project_id", "fiscal_year", *CARRIED),
        CheckConstraint(YEAR_RANGE, name="fiscal_year"),
        CheckConstraint("plan_budget_satang >= 0", name="plan_budget"),
        Index(
            "ix_project_years_count",
            "province_code",
            "fiscal_year",
            "organisation_id",
            "dimension",
            "plan_budget_satang",
            "counted",
            postgresql_where=text("counted"),
            sqlite_where=text("counted = 1"),
        ),
    )

    project_id: Mapped[int] = mapped_column(primary_key=True)
    fiscal_year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    plan_budget: Mapped[Decimal | None] = mapped_column("plan_budget_satang", Baht)
    organisation_id: Mapped[int]
    province_code: Mapped[str] = mapped_column(String(2))
    dimension: Mapped[int] = mapped_column(SmallInteger)
    counted: Mapped[bool] = mapped_column(Boolean)


class Report(Base):
    """One project's status in one fiscal year and round. No ordinance budget (NULL): not in the ordinance."""

    __tablename__ = "reports"
    __table_args__ = (
        ForeignKeyConstraint(
            ["project_id", "fiscal_year", *CARRIED],
            ["project_years.project_id", "project_years.fiscal_year", *(f"project_years.{name}" for name in CARRIED)],
            onupdate="CASCADE",
        ),
        CheckConstraint(ROUNDS, name="round"),
        CheckConstraint("ordinance_budget_satang >= 0", name="ordinance_budget"),
        CheckConstraint("spent_satang >= 0", name="spent"),
        CheckConstraint("(status = 'not_reported') = (reported_at IS NULL)", name="reported_at"),
        CheckConstraint("(status = 'cannot') = (cannot_reason IS NOT NULL)", name="cannot_has_reason"),
        CheckConstraint(
            "(cannot_text IS NOT NULL) = (cannot_reason IS NOT NULL AND cannot_reason = 'other')", name="cannot_text"
        ),
        # The one index that answers every count and every sum: see the package docstring.
        Index(
            "ix_reports_count",
            "province_code",
            "fiscal_year",
            "round",
            "organisation_id",
            "status",
            "dimension",
            "ordinance_budget_satang",
            "spent_satang",
            "counted",  # SQLite reads the row for a column that stands only in the WHERE
            postgresql_where=text("counted"),
            sqlite_where=text("counted = 1"),
        ),
        # Those few that a figure leaves out, to show them and why.
        Index(
            "ix_reports_left_out",
            "province_code",
            "fiscal_year",
            "round",
            "organisation_id",
            postgresql_where=text("NOT counted"),
            sqlite_where=text("counted = 0"),
        ),
    )

    project_id: Mapped[int] = mapped_column(primary_key=True)
    fiscal_year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    round: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    status: Mapped[ReportStatus] = mapped_column(one_of(ReportStatus, "status"), default=ReportStatus.NOT_REPORTED)
    ordinance_budget: Mapped[Decimal | None] = mapped_column("ordinance_budget_satang", Baht)
    spent: Mapped[Decimal | None] = mapped_column("spent_satang", Baht)
    cannot_reason: Mapped[CannotReason | None] = mapped_column(one_of(CannotReason, "cannot_reason"))
    cannot_text: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, default="")
    # Empty by the database, too: writers of lines that wait need not name them.
    obstacles: Mapped[str] = mapped_column(Text, default="", server_default="")
    suggestions: Mapped[str] = mapped_column(Text, default="", server_default="")
    reported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"))
    version: Mapped[int] = mapped_column(default=1)
    organisation_id: Mapped[int]
    province_code: Mapped[str] = mapped_column(String(2))
    dimension: Mapped[int] = mapped_column(SmallInteger)
    counted: Mapped[bool] = mapped_column(Boolean)
