"""Format 3: waivers of findings, drafts of layouts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"


def upgrade() -> None:
    """Make the tables of waivers and of drafts."""
    op.create_table(
        "waivers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("finding", sa.String(80), nullable=False, index=True),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("layer", sa.String(80), nullable=False),
        sa.Column("features", sa.JSON, nullable=False),
        sa.Column("seen", sa.JSON, nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("withdrawn_by", sa.String(80)),
        sa.Column("withdrawn_at", sa.DateTime),
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("layer", sa.String(80), nullable=False),
        sa.Column("file", sa.String(120), nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False, index=True),
        sa.Column("job", sa.String(40)),
        sa.Column("summary", sa.JSON),
        sa.Column("discarded_by", sa.String(80)),
        sa.Column("discarded_at", sa.DateTime),
    )
