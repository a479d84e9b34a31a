"""Several clouds

Why: what is offered, workspaces, leaks and reports say which cloud they are in or about. Everything that is there is in
the only cloud so far, "main"; the server's default says so of what the previous release goes on writing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("image", "flavour", "workspace", "job_report"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(_cloud())

    with op.batch_alter_table("leak", schema=None) as batch_op:
        batch_op.add_column(_cloud())
        batch_op.drop_constraint(batch_op.f("pk_leak"), type_="primary")
        batch_op.create_primary_key(batch_op.f("pk_leak"), ["cloud", "kind", "ref"])


def _cloud() -> sa.Column[str]:
    return sa.Column("cloud", sa.String(length=32), server_default="main", nullable=False)
