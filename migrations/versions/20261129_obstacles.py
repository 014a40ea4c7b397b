"""What stood in the way of a project and what its LAO suggests: two texts of each report, empty in all there are.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TEXTS = ("obstacles", "suggestions")


def upgrade() -> None:
    for name in TEXTS:
        op.add_column("reports", sa.Column(name, sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    for name in TEXTS:
        op.drop_column("reports", name)
