"""Rounds that closed, as they stood. Nothing is fixed here: the job fixes what is closed by now, and tells of it.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

IN_FORCE = {"postgresql_where": sa.text("in_force"), "sqlite_where": sa.text("in_force = 1")}
TYPES = ("bangkok", "pattaya", "pao", "city", "town", "subdistrict_municipality", "sao")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _sort_key(name: str, *, nullable: bool) -> sa.Column[str]:
    return sa.Column(name, sa.String(700).with_variant(sa.String(700, collation="C"), "postgresql"), nullable=nullable)


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "fixed_rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("fiscal_year", sa.SmallInteger(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("edition", sa.SmallInteger(), nullable=False),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fixed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("amended_by_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(7), nullable=False),
        sa.Column("name", sa.String(150), nullable=False),
        _sort_key("name_sort", nullable=False),
        sa.Column("type", _one_of("type", *TYPES), nullable=False),
        sa.Column("province_code", sa.String(2), nullable=False),
        sa.Column("district_code", sa.String(4), nullable=True),
        sa.Column("district", sa.String(60), nullable=True),
        _sort_key("district_sort", nullable=True),
        sa.Column("plan_status", _one_of("plan_status", "not_sent", "failed", "passed"), nullable=False),
        sa.Column("level", _one_of("level", "high", "medium", "low", "not_reported", "not_passed"), nullable=False),
        *_numbers("in_progress", "done", "cannot", "waiting"),
        sa.CheckConstraint("fiscal_year BETWEEN 2540 AND 2700", name=op.f("ck_fixed_rounds_fiscal_year")),
        sa.CheckConstraint("round IN (6, 12)", name=op.f("ck_fixed_rounds_round")),
        sa.CheckConstraint("edition >= 1", name=op.f("ck_fixed_rounds_edition")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_fixed_rounds_organisation_id")
        ),
        sa.ForeignKeyConstraint(["amended_by_id"], ["accounts.id"], name=op.f("fk_fixed_rounds_amended_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fixed_rounds")),
        sa.UniqueConstraint(
            "organisation_id",
            "fiscal_year",
            "round",
            "edition",
            name=op.f("uq_fixed_rounds_organisation_id_fiscal_year_round_edition"),
        ),
    )
    op.create_index(
        "ix_fixed_rounds_in_force", "fixed_rounds", ["organisation_id", "fiscal_year", "round"], unique=True, **IN_FORCE
    )
    op.create_index("ix_fixed_rounds_table", "fixed_rounds", ["fiscal_year", "round", "province_code"], **IN_FORCE)
    op.create_table(
        "fixed_sums",
        sa.Column("fixed_round_id", sa.Integer(), nullable=False),
        sa.Column("dimension", sa.SmallInteger(), autoincrement=False, nullable=False),
        *_numbers("in_progress", "done", "cannot", "waiting", "in_ordinance", "with_plan", "with_spent", "left_out"),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("planned_satang", "ordinance_satang", "spent_satang")
        ),
        sa.ForeignKeyConstraint(["fixed_round_id"], ["fixed_rounds.id"], name=op.f("fk_fixed_sums_fixed_round_id")),
        sa.PrimaryKeyConstraint("fixed_round_id", "dimension", name=op.f("pk_fixed_sums")),
    )
    op.create_table(
        "fixed_documents",
        sa.Column("fixed_round_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["fixed_round_id"], ["fixed_rounds.id"], name=op.f("fk_fixed_documents_fixed_round_id")
        ),
        sa.PrimaryKeyConstraint("fixed_round_id", name=op.f("pk_fixed_documents")),
    )


def downgrade() -> None:
    op.drop_table("fixed_documents")
    op.drop_table("fixed_sums")
    op.drop_index("ix_fixed_rounds_table", table_name="fixed_rounds")
    op.drop_index("ix_fixed_rounds_in_force", table_name="fixed_rounds")
    op.drop_table("fixed_rounds")
