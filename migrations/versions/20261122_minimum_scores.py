"""the minimum score of each fiscal year"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "minimum_scores",
        sa.Column("fiscal_year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("score_hundredths", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("fiscal_year BETWEEN 2540 AND 2700", name=op.f("ck_minimum_scores_fiscal_year")),
        sa.CheckConstraint("score_hundredths >= 0", name=op.f("ck_minimum_scores_score")),
        sa.PrimaryKeyConstraint("fiscal_year", name=op.f("pk_minimum_scores")),
    )


def downgrade() -> None:
    op.drop_table("minimum_scores")
