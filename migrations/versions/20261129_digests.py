"""What LAOs are told once a day by mail, unless they want none.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
OF_A_REMINDER = {
    "fiscal_year": sa.SmallInteger(),
    "round": sa.SmallInteger(),
    "total": sa.Integer(),
    "waiting": sa.Integer(),
}


def upgrade() -> None:
    op.create_table(
        "digest_runs",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("since < until", name=op.f("ck_digest_runs_order")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_digest_runs")),
    )
    with op.batch_alter_table("mail_log") as table:
        for name, type_ in OF_A_REMINDER.items():
            table.alter_column(name, existing_type=type_, nullable=True)
        table.create_check_constraint(op.f("ck_mail_log_reminder"), "kind <> 'reminder' OR round IS NOT NULL")
    wanted = sa.Column("mail_notices", sa.Boolean(), server_default=sa.true(), nullable=False)
    op.add_column("profiles", wanted)


def downgrade() -> None:
    with op.batch_alter_table("profiles") as table:
        table.drop_column("mail_notices")
    op.execute("DELETE FROM mail_log WHERE kind <> 'reminder'")
    with op.batch_alter_table("mail_log") as table:
        table.drop_constraint(op.f("ck_mail_log_reminder"), type_="check")
        for name, type_ in OF_A_REMINDER.items():
            table.alter_column(name, existing_type=type_, nullable=False)
    op.drop_table("digest_runs")
