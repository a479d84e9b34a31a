"""What the catalogue says of its entries

Why: admins decide who may start what, for how long, and see what the clouds still have. Rows that are there came from the
catalogue file, are for everybody and live as long as the policy says; the server's defaults say so too of what the
previous release goes on writing, which knows nothing of these columns.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cloud_offer",
        sa.Column("cloud", sa.String(length=32), server_default="main", nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("ref", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("min_disk_gib", sa.Integer(), nullable=True),
        sa.Column("vcpus", sa.Integer(), nullable=True),
        sa.Column("memory_mib", sa.Integer(), nullable=True),
        sa.Column("disk_gib", sa.Integer(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("cloud", "kind", "ref", name=op.f("pk_cloud_offer")),
    )
    for table in ("image", "flavour"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("audience", sa.JSON(), server_default="[]", nullable=False))
            batch_op.add_column(sa.Column("lifetimes", sa.JSON(), server_default="{}", nullable=False))
            batch_op.add_column(sa.Column("origin", sa.String(length=10), server_default="file", nullable=False))
            batch_op.add_column(sa.Column("revision", sa.Integer(), server_default="1", nullable=False))
            batch_op.add_column(sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("image", schema=None) as batch_op:
        batch_op.add_column(sa.Column("protocols", sa.JSON(), server_default='["rfb"]', nullable=False))
    with op.batch_alter_table("flavour", schema=None) as batch_op:
        batch_op.add_column(sa.Column("gpus", sa.Integer(), server_default="0", nullable=False))
