"""Sums of money come from the index that counts; what is left out of the counts has a small one of its own.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BEFORE = ("province_code", "fiscal_year", "round", "organisation_id", "status", "dimension")
MONEY = ("ordinance_budget_satang", "spent_satang")


def upgrade() -> None:
    _index(*BEFORE, *MONEY, "counted")
    op.create_index(
        "ix_reports_left_out",
        "reports",
        ["province_code", "fiscal_year", "round", "organisation_id"],
        unique=False,
        postgresql_where=sa.text("NOT counted"),
        sqlite_where=sa.text("counted = 0"),
    )


def downgrade() -> None:
    op.drop_index("ix_reports_left_out", table_name="reports")
    _index(*BEFORE, "counted")


def _index(*columns: str) -> None:
    op.drop_index("ix_reports_count", table_name="reports")
    op.create_index(
        "ix_reports_count",
        "reports",
        list(columns),
        unique=False,
        postgresql_where=sa.text("counted"),
        sqlite_where=sa.text("counted = 1"),
    )
