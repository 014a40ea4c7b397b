"""whole data model"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan_periods",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_year", sa.SmallInteger(), nullable=False),
        sa.Column("last_year", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "2540 <= first_year AND first_year <= last_year AND last_year <= 2700", name=op.f("ck_plan_periods_years")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_periods")),
        sa.UniqueConstraint("first_year", name=op.f("uq_plan_periods_first_year")),
        sa.UniqueConstraint("last_year", name=op.f("uq_plan_periods_last_year")),
    )
    op.create_table(
        "provinces",
        sa.Column("code", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column(
            "name_sort",
            sa.String(length=700).with_variant(sa.String(length=700, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column("iso3166_2", sa.String(length=6), nullable=False),
        sa.Column("nacc_region", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_provinces")),
        sa.UniqueConstraint("name", name=op.f("uq_provinces_name")),
    )
    op.create_table(
        "rejection_reasons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejection_reasons")),
        sa.UniqueConstraint("text", name=op.f("uq_rejection_reasons_text")),
    )
    op.create_table(
        "windows",
        sa.Column("fiscal_year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("round", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("fiscal_year BETWEEN 2540 AND 2700", name=op.f("ck_windows_fiscal_year")),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_windows_order")),
        sa.CheckConstraint("round IN (6, 12)", name=op.f("ck_windows_round")),
        sa.PrimaryKeyConstraint("fiscal_year", "round", name=op.f("pk_windows")),
    )
    op.create_table(
        "dimensions",
        sa.Column("plan_period_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("max_score_hundredths", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("max_score_hundredths > 0", name=op.f("ck_dimensions_max_score")),
        sa.CheckConstraint("number BETWEEN 1 AND 9", name=op.f("ck_dimensions_number")),
        sa.ForeignKeyConstraint(["plan_period_id"], ["plan_periods.id"], name=op.f("fk_dimensions_plan_period_id")),
        sa.PrimaryKeyConstraint("plan_period_id", "number", name=op.f("pk_dimensions")),
    )
    op.create_table(
        "districts",
        sa.Column("code", sa.String(length=4), nullable=False),
        sa.Column("province_code", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("full_name", sa.String(length=60), nullable=False),
        sa.Column(
            "name_sort",
            sa.String(length=700).with_variant(sa.String(length=700, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["province_code"], ["provinces.code"], name=op.f("fk_districts_province_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_districts")),
        sa.UniqueConstraint("code", "province_code", name=op.f("uq_districts_code_province_code")),
    )
    with op.batch_alter_table("districts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_districts_province_code"), ["province_code"], unique=False)

    op.create_table(
        "organisations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=7), nullable=False),
        sa.Column("name", sa.String(length=150), nullable=False),
        sa.Column(
            "name_sort",
            sa.String(length=700).with_variant(sa.String(length=700, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "type",
            sa.Enum(
                "bangkok",
                "pattaya",
                "pao",
                "city",
                "town",
                "subdistrict_municipality",
                "sao",
                name="type",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("province_code", sa.String(length=2), nullable=False),
        sa.Column("district_code", sa.String(length=4), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_code", "province_code"],
            ["districts.code", "districts.province_code"],
            name=op.f("fk_organisations_district_code_province_code"),
        ),
        sa.ForeignKeyConstraint(["province_code"], ["provinces.code"], name=op.f("fk_organisations_province_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisations")),
        sa.UniqueConstraint("code", name=op.f("uq_organisations_code")),
        sa.UniqueConstraint("id", "province_code", name=op.f("uq_organisations_id_province_code")),
    )
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organisations_district_code"), ["district_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_organisations_province_code"), ["province_code"], unique=False)

    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "lao",
                "officer",
                "administrator",
                "system",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("username", sa.String(length=60), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("display_name", sa.String(length=150), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("activation_hash", sa.String(length=64), nullable=True),
        sa.Column("activation_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(role = 'lao') = (organisation_id IS NOT NULL)", name=op.f("ck_accounts_lao_has_organisation")
        ),
        sa.CheckConstraint("(role = 'lao') = (username IS NULL)", name=op.f("ck_accounts_staff_has_username")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_accounts_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("organisation_id", name=op.f("uq_accounts_organisation_id")),
        sa.UniqueConstraint("username", name=op.f("uq_accounts_username")),
    )
    op.create_table(
        "former_codes",
        sa.Column("code", sa.String(length=7), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_former_codes_organisation_id")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_former_codes")),
    )
    with op.batch_alter_table("former_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_former_codes_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "plan_years",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("fiscal_year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "not_sent", "failed", "passed", name="status", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("sar_closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("fiscal_year BETWEEN 2540 AND 2700", name=op.f("ck_plan_years_fiscal_year")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_plan_years_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", "fiscal_year", name=op.f("pk_plan_years")),
    )
    op.create_table(
        "profiles",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column(
            "size",
            sa.Enum("small", "medium", "large", name="size", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("area_km2_hundredths", sa.BigInteger(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("income_own_satang", sa.BigInteger(), nullable=False),
        sa.Column("income_subsidy_satang", sa.BigInteger(), nullable=False),
        sa.Column("executive_name", sa.String(length=200), nullable=False),
        sa.Column("clerk_name", sa.String(length=200), nullable=False),
        sa.Column("contact_name", sa.String(length=200), nullable=False),
        sa.Column("contact_position", sa.String(length=200), nullable=False),
        sa.Column("contact_department", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=60), nullable=False),
        sa.Column("mobile", sa.String(length=60), nullable=False),
        sa.Column("fax", sa.String(length=60), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("website", sa.String(length=254), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("area_km2_hundredths >= 0", name=op.f("ck_profiles_area")),
        sa.CheckConstraint("income_own_satang >= 0", name=op.f("ck_profiles_income_own")),
        sa.CheckConstraint("income_subsidy_satang >= 0", name=op.f("ck_profiles_income_subsidy")),
        sa.CheckConstraint("population >= 0", name=op.f("ck_profiles_population")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_profiles_organisation_id")),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_profiles")),
    )
    with op.batch_alter_table("profiles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_profiles_email"), ["email"], unique=False)

    op.create_table(
        "account_provinces",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("province_code", sa.String(length=2), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_account_provinces_account_id")),
        sa.ForeignKeyConstraint(["province_code"], ["provinces.code"], name=op.f("fk_account_provinces_province_code")),
        sa.PrimaryKeyConstraint("account_id", "province_code", name=op.f("pk_account_provinces")),
    )
    op.create_table(
        "history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=150), nullable=False),
        sa.Column(
            "actor_role",
            sa.Enum(
                "lao",
                "officer",
                "administrator",
                "system",
                name="actor_role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("entity", sa.String(length=40), nullable=False),
        sa.Column("entity_key", sa.String(length=60), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("after", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["accounts.id"], name=op.f("fk_history_actor_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisations.id"], name=op.f("fk_history_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
    )
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.create_index("ix_history_entity", ["entity", "entity_key", "id"], unique=False)
        batch_op.create_index("ix_history_organisation", ["organisation_id", "id"], unique=False)

    op.create_table(
        "password_resets",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_password_resets_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_password_resets")),
    )
    with op.batch_alter_table("password_resets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_password_resets_account_id"), ["account_id"], unique=False)

    op.create_table(
        "projects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("province_code", sa.String(length=2), nullable=False),
        sa.Column("plan_period_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("name_sort", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "project",
                "activity",
                "measure",
                "guideline",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("dimension", sa.SmallInteger(), nullable=False),
        sa.Column("quarters", sa.SmallInteger(), nullable=False),
        sa.Column("target_group", sa.Text(), nullable=False),
        sa.Column("objective", sa.Text(), nullable=False),
        sa.Column(
            "review_status",
            sa.Enum(
                "pending",
                "approved",
                "rejected",
                name="review_status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("review_reason", sa.Text(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by_id", sa.Integer(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("submission_key", sa.String(length=36), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(review_status = 'rejected') = (review_reason IS NOT NULL)", name=op.f("ck_projects_rejected_has_reason")
        ),
        sa.CheckConstraint(
            "counted = (review_status <> 'rejected' AND deleted_at IS NULL)", name=op.f("ck_projects_counted")
        ),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 500", name=op.f("ck_projects_name")),
        sa.CheckConstraint("quarters BETWEEN 1 AND 15", name=op.f("ck_projects_quarters")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "province_code"],
            ["organisations.id", "organisations.province_code"],
            name=op.f("fk_projects_organisation_id_province_code"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["plan_period_id", "dimension"],
            ["dimensions.plan_period_id", "dimensions.number"],
            name=op.f("fk_projects_plan_period_id_dimension"),
        ),
        sa.ForeignKeyConstraint(["reviewed_by_id"], ["accounts.id"], name=op.f("fk_projects_reviewed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projects")),
        sa.UniqueConstraint(
            "id",
            "organisation_id",
            "province_code",
            "dimension",
            "counted",
            name=op.f("uq_projects_id_organisation_id_province_code_dimension_counted"),
        ),
        sa.UniqueConstraint(
            "organisation_id", "submission_key", name=op.f("uq_projects_organisation_id_submission_key")
        ),
    )
    with op.batch_alter_table("projects", schema=None) as batch_op:
        batch_op.create_index("ix_projects_list", ["organisation_id", "deleted_at", "id"], unique=False)
        batch_op.create_index(
            "ix_projects_pending",
            ["province_code", "created_at", "id"],
            unique=False,
            postgresql_where=sa.text("review_status = 'pending' AND deleted_at IS NULL"),
            sqlite_where=sa.text("review_status = 'pending' AND deleted_at IS NULL"),
        )
        batch_op.create_index(
            "ix_projects_waiting",
            ["created_at", "id"],
            unique=False,
            postgresql_where=sa.text("review_status = 'pending' AND deleted_at IS NULL"),
            sqlite_where=sa.text("review_status = 'pending' AND deleted_at IS NULL"),
        )

    op.create_table(
        "scores",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("fiscal_year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("dimension", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("sar_hundredths", sa.BigInteger(), nullable=True),
        sa.Column("evaluation_hundredths", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("evaluation_hundredths >= 0", name=op.f("ck_scores_evaluation")),
        sa.CheckConstraint("sar_hundredths >= 0", name=op.f("ck_scores_sar")),
        sa.ForeignKeyConstraint(
            ["organisation_id", "fiscal_year"],
            ["plan_years.organisation_id", "plan_years.fiscal_year"],
            name=op.f("fk_scores_organisation_id_fiscal_year"),
        ),
        sa.PrimaryKeyConstraint("organisation_id", "fiscal_year", "dimension", name=op.f("pk_scores")),
    )
    op.create_table(
        "window_exceptions",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("fiscal_year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("round", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("fiscal_year BETWEEN 2540 AND 2700", name=op.f("ck_window_exceptions_fiscal_year")),
        sa.CheckConstraint("round IN (6, 12)", name=op.f("ck_window_exceptions_round")),
        sa.ForeignKeyConstraint(["given_by_id"], ["accounts.id"], name=op.f("fk_window_exceptions_given_by_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_window_exceptions_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", "fiscal_year", "round", name=op.f("pk_window_exceptions")),
    )
    op.create_table(
        "project_dimensions",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("dimension", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("fk_project_dimensions_project_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("project_id", "dimension", name=op.f("pk_project_dimensions")),
    )
    op.create_table(
        "project_years",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("fiscal_year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("plan_budget_satang", sa.BigInteger(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("province_code", sa.String(length=2), nullable=False),
        sa.Column("dimension", sa.SmallInteger(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.CheckConstraint("fiscal_year BETWEEN 2540 AND 2700", name=op.f("ck_project_years_fiscal_year")),
        sa.CheckConstraint("plan_budget_satang >= 0", name=op.f("ck_project_years_plan_budget")),
        sa.ForeignKeyConstraint(
            ["project_id", "organisation_id", "province_code", "dimension", "counted"],
            [
                "projects.id",
                "projects.organisation_id",
                "projects.province_code",
                "projects.dimension",
                "projects.counted",
            ],
            name=op.f("fk_project_years_project_id_organisation_id_province_code_dimension_counted"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_id", "fiscal_year", name=op.f("pk_project_years")),
        sa.UniqueConstraint(
            "project_id",
            "fiscal_year",
            "organisation_id",
            "province_code",
            "dimension",
            "counted",
            name=op.f("uq_project_years_project_id_fiscal_year_organisation_id_province_code_dimension_counted"),
        ),
    )
    with op.batch_alter_table("project_years", schema=None) as batch_op:
        batch_op.create_index(
            "ix_project_years_count",
            ["province_code", "fiscal_year", "organisation_id", "dimension", "plan_budget_satang", "counted"],
            unique=False,
            postgresql_where=sa.text("counted"),
            sqlite_where=sa.text("counted = 1"),
        )

    op.create_table(
        "reports",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("fiscal_year", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("round", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "not_reported",
                "in_progress",
                "done",
                "cannot",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("ordinance_budget_satang", sa.BigInteger(), nullable=True),
        sa.Column("spent_satang", sa.BigInteger(), nullable=True),
        sa.Column(
            "cannot_reason",
            sa.Enum(
                "no_budget",
                "policy_changed",
                "staff_short",
                "other",
                name="cannot_reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("cannot_text", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_by_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("province_code", sa.String(length=2), nullable=False),
        sa.Column("dimension", sa.SmallInteger(), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "(cannot_text IS NOT NULL) = (cannot_reason IS NOT NULL AND cannot_reason = 'other')",
            name=op.f("ck_reports_cannot_text"),
        ),
        sa.CheckConstraint(
            "(status = 'cannot') = (cannot_reason IS NOT NULL)", name=op.f("ck_reports_cannot_has_reason")
        ),
        sa.CheckConstraint("(status = 'not_reported') = (reported_at IS NULL)", name=op.f("ck_reports_reported_at")),
        sa.CheckConstraint("ordinance_budget_satang >= 0", name=op.f("ck_reports_ordinance_budget")),
        sa.CheckConstraint("round IN (6, 12)", name=op.f("ck_reports_round")),
        sa.CheckConstraint("spent_satang >= 0", name=op.f("ck_reports_spent")),
        sa.ForeignKeyConstraint(
            ["project_id", "fiscal_year", "organisation_id", "province_code", "dimension", "counted"],
            [
                "project_years.project_id",
                "project_years.fiscal_year",
                "project_years.organisation_id",
                "project_years.province_code",
                "project_years.dimension",
                "project_years.counted",
            ],
            name=op.f("fk_reports_project_id_fiscal_year_organisation_id_province_code_dimension_counted"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["reported_by_id"], ["accounts.id"], name=op.f("fk_reports_reported_by_id")),
        sa.PrimaryKeyConstraint("project_id", "fiscal_year", "round", name=op.f("pk_reports")),
    )
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.create_index(
            "ix_reports_count",
            ["province_code", "fiscal_year", "round", "organisation_id", "status", "dimension", "counted"],
            unique=False,
            postgresql_where=sa.text("counted"),
            sqlite_where=sa.text("counted = 1"),
        )

    _append_only("history")


def _append_only(table: str) -> None:
    """Nobody can rewrite what happened, whoever holds the app: the database itself refuses."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(
            f"""
            CREATE FUNCTION {table}_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION '{table} is append-only'; END $$
            """
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_append_only()"
        )
    for verb in ("UPDATE", "DELETE"):
        deed = (
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            if sqlite
            else f"FOR EACH ROW EXECUTE FUNCTION {table}_is_append_only()"
        )
        op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {deed}")


def downgrade() -> None:
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_reports_count", postgresql_where=sa.text("counted"), sqlite_where=sa.text("counted = 1")
        )

    op.drop_table("reports")
    with op.batch_alter_table("project_years", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_project_years_count", postgresql_where=sa.text("counted"), sqlite_where=sa.text("counted = 1")
        )

    op.drop_table("project_years")
    op.drop_table("project_dimensions")
    op.drop_table("window_exceptions")
    op.drop_table("scores")
    with op.batch_alter_table("projects", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_projects_waiting",
            postgresql_where=sa.text("review_status = 'pending' AND deleted_at IS NULL"),
            sqlite_where=sa.text("review_status = 'pending' AND deleted_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_projects_pending",
            postgresql_where=sa.text("review_status = 'pending' AND deleted_at IS NULL"),
            sqlite_where=sa.text("review_status = 'pending' AND deleted_at IS NULL"),
        )
        batch_op.drop_index("ix_projects_list")

    op.drop_table("projects")
    with op.batch_alter_table("password_resets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_password_resets_account_id"))

    op.drop_table("password_resets")
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.drop_index("ix_history_organisation")
        batch_op.drop_index("ix_history_entity")

    op.drop_table("history")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION history_is_append_only()")
    op.drop_table("account_provinces")
    with op.batch_alter_table("profiles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_profiles_email"))

    op.drop_table("profiles")
    op.drop_table("plan_years")
    with op.batch_alter_table("former_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_former_codes_organisation_id"))

    op.drop_table("former_codes")
    op.drop_table("accounts")
    with op.batch_alter_table("organisations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisations_province_code"))
        batch_op.drop_index(batch_op.f("ix_organisations_district_code"))

    op.drop_table("organisations")
    with op.batch_alter_table("districts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_districts_province_code"))

    op.drop_table("districts")
    op.drop_table("dimensions")
    op.drop_table("windows")
    op.drop_table("rejection_reasons")
    op.drop_table("provinces")
    op.drop_table("plan_periods")
