"""Second factors, and when the owner of a session last proved who that is: at the sign-in, for those that stand.

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

ENDED_BEFORE = ("signed out", "signed in anew", "by owner", "new password", "shut out", "new role")
ENDED = (*ENDED_BEFORE, "new factor")
FAILED_BEFORE = ("unknown name", "wrong password", "wrong code", "locked", "wrong present password")
FAILED = (*FAILED_BEFORE, "wrong second factor")
KINDS = ("app", "passkey", "recovery")
MORE_THAN_ONE_A_DAY = ("reset", "new_email", "new_password")
MAILS = (*MORE_THAN_ONE_A_DAY, "new_factor", "sign_in_code")


def _choice(choices: tuple[str, ...], name: str) -> sa.Enum:
    return sa.Enum(*choices, name=name, native_enum=False, create_constraint=True, length=32)


def _choices(table: str, column: str, choices: tuple[str, ...]) -> None:
    listed = ", ".join(f"'{each}'" for each in choices)
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(op.f(f"ck_{table}_{column}"), type_="check")
        batch.create_check_constraint(op.f(f"ck_{table}_{column}"), f"{column} IN ({listed})")


def _one_a_day(without: tuple[str, ...]) -> None:
    op.drop_index("uq_mail_log_day", "mail_log")
    listed = ", ".join(f"'{kind}'" for kind in without)
    which = sa.text(f"kind NOT IN ({listed})")
    day = ["organisation_id", "kind", "day"]
    op.create_index("uq_mail_log_day", "mail_log", day, unique=True, postgresql_where=which, sqlite_where=which)


def upgrade() -> None:
    op.create_table(
        "second_factors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("kind", _choice(KINDS, "kind"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=True),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_second_factors_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factors")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_second_factors_credential_id")),
    )
    op.create_index(op.f("ix_second_factors_account_id"), "second_factors", ["account_id"])
    op.add_column("sessions", sa.Column("proved_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE sessions SET proved_at = begun_at")
    with op.batch_alter_table("sessions") as batch:
        batch.alter_column("proved_at", existing_type=sa.DateTime(timezone=True), nullable=False)
    _choices("sessions", "ended_because", ENDED)
    _choices("failed_sign_ins", "because", FAILED)
    _one_a_day(MAILS)


def downgrade() -> None:
    op.execute("DELETE FROM mail_log WHERE kind IN ('new_factor', 'sign_in_code')")
    _one_a_day(MORE_THAN_ONE_A_DAY)
    op.execute("DELETE FROM failed_sign_ins WHERE because = 'wrong second factor'")
    op.execute("UPDATE sessions SET ended_because = 'by owner' WHERE ended_because = 'new factor'")
    _choices("failed_sign_ins", "because", FAILED_BEFORE)
    _choices("sessions", "ended_because", ENDED_BEFORE)
    op.drop_column("sessions", "proved_at")
    op.drop_index(op.f("ix_second_factors_account_id"), table_name="second_factors")
    op.drop_table("second_factors")
