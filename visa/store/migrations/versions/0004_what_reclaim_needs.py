"""What reclaim needs

Why: instances wait for room, what a cloud grants is known to those who never ask it, and every process goes by one policy
whose versions are kept. All new columns are nullable, and the release before writes no row that would lack one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cloud_usage",
        sa.Column("cloud", sa.String(length=32), server_default="main", nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("instances_foreign", sa.Integer(), nullable=False),
        sa.Column("instances_limit", sa.Integer(), nullable=True),
        sa.Column("vcpus_foreign", sa.Integer(), nullable=False),
        sa.Column("vcpus_limit", sa.Integer(), nullable=True),
        sa.Column("memory_mib_foreign", sa.Integer(), nullable=False),
        sa.Column("memory_mib_limit", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("cloud", name=op.f("pk_cloud_usage")),
    )
    op.create_table(
        "policy_version",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("loaded_by", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_policy_version")),
    )
    with op.batch_alter_table("instance", schema=None) as batch_op:
        batch_op.add_column(sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("admitted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_instance_waiting_since"),
            ["waiting_since"],
            unique=False,
            sqlite_where=sa.text("waiting_since IS NOT NULL"),
            postgresql_where=sa.text("waiting_since IS NOT NULL"),
        )

    with op.batch_alter_table("instance_experiment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_instance_experiment_experiment_id"), ["experiment_id"], unique=False)
