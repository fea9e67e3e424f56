"""The state database: made at first use, safe for several writers, refused if not ours."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import UTC
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from geo.errors import RunError
from geo.settings import Settings
from geo.state import State, audit, database, enquiries, jobs, open_state
from geo.state.models import Base, User, Visit


def set_format(settings: Settings, number: int) -> None:
    with closing(sqlite3.connect(settings.out / "state.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (str(number),))


PRESENT = database.FORMAT
LATER = PRESENT + 1
LATER_STEP = f"r{LATER:04}.py"


@pytest.fixture
def later_format(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A later software that knows one more migration."""
    migrations = Path(shutil.copytree(database.MIGRATIONS, tmp_path / "migrations"))
    (migrations / "versions" / LATER_STEP).write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision, down_revision = '{LATER}', '{PRESENT}'\n"
        "def upgrade():\n    op.add_column('users', sa.Column('phone', sa.String(40)))\n"
    )
    monkeypatch.setattr(database, "MIGRATIONS", migrations)
    monkeypatch.setattr(database, "FORMAT", LATER)


def test_the_migrations_make_exactly_the_tables_of_the_models(settings: Settings) -> None:
    open_state(settings)
    engine = create_engine(f"sqlite:///{settings.out / 'state.db'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_the_format_is_the_number_of_the_last_migration() -> None:
    assert ScriptDirectory(str(database.MIGRATIONS)).get_heads() == [str(database.FORMAT)]


def test_a_second_opening_finds_what_the_first_left(settings: Settings, state: State) -> None:
    job = jobs.create(state, kind="import", by="li", params={"layer": "parks"})
    assert jobs.get(open_state(settings), job.id).params == {"layer": "parks"}


def test_readers_and_writers_do_not_wait_for_each_other(settings: Settings, state: State) -> None:
    with closing(sqlite3.connect(settings.out / "state.db")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_times_come_back_in_utc(state: State) -> None:
    job = jobs.create(state, kind="import", by="li", params={})
    assert jobs.get(state, job.id).created_at.tzinfo is UTC


def test_many_that_open_it_at_once_make_one_database(settings: Settings) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            state = open_state(settings)
            for _ in range(10):
                audit.record(state, by=f"p{number}", action="import", detail={})
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(audit.entries(open_state(settings), limit=100)) == 60


def test_an_error_undoes_the_whole_transaction(state: State) -> None:
    with pytest.raises(ZeroDivisionError), state.session() as session:
        audit.add(session, by="li", action="import", detail={})
        session.flush()
        _ = 1 / 0
    assert audit.entries(state, limit=10) == []


def test_a_visit_without_a_user_is_refused(state: State) -> None:
    with pytest.raises(Exception, match="FOREIGN KEY"), state.session() as session:
        session.add(Visit(token="t", user_id=99))


def test_an_older_database_waits_for_the_upgrade(
    settings: Settings, state: State, later_format: None
) -> None:
    audit.record(state, by="li", action="import", detail={})
    with pytest.raises(RunError) as caught:
        open_state(settings)
    assert (caught.value.code, caught.value.params) == (
        "STATE_OLDER",
        {"found": PRESENT, "known": LATER},
    )
    found, copy = database.upgrade_state(settings)
    assert found == PRESENT
    with closing(sqlite3.connect(settings.out / "state.db")) as connection:
        assert "phone" in [row[1] for row in connection.execute("PRAGMA table_info(users)")]
    assert copy is not None
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (
            str(PRESENT),
        )
        assert connection.execute("SELECT made_by FROM audit").fetchall() == [("li",)]
    assert [e.by for e in audit.entries(open_state(settings), limit=9)] == ["li"]


def test_a_database_of_the_first_format_is_upgraded_with_what_it_holds(
    settings: Settings, state: State
) -> None:
    audit.record(state, by="li", action="import", detail={})
    with closing(sqlite3.connect(settings.out / "state.db")) as connection, connection:
        for table in ("enquiries", "waivers", "drafts", "tokens"):
            connection.execute(f"DROP TABLE {table}")
    set_format(settings, 1)
    with pytest.raises(RunError, match="STATE_OLDER"):
        open_state(settings)
    assert database.upgrade_state(settings)[0] == 1
    again = open_state(settings)
    assert [e.by for e in audit.entries(again, limit=9)] == ["li"]
    assert enquiries.listed(again) == []


def test_an_upgrade_that_breaks_off_leaves_the_database_as_it_was(
    settings: Settings, state: State, later_format: None
) -> None:
    step = database.MIGRATIONS / "versions" / LATER_STEP
    step.write_text(step.read_text() + "    op.drop_table('no_such_table')\n")
    with pytest.raises(RunError) as caught:
        database.upgrade_state(settings)
    assert caught.value.code == "STATE_UNAVAILABLE"
    with closing(sqlite3.connect(settings.out / "state.db")) as connection:
        assert "phone" not in [row[1] for row in connection.execute("PRAGMA table_info(users)")]
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (
            str(PRESENT),
        )


def test_the_latest_format_needs_no_upgrade(settings: Settings, state: State) -> None:
    assert database.upgrade_state(settings) == (PRESENT, None)


def test_a_newer_database_is_refused(settings: Settings, state: State) -> None:
    set_format(settings, 7)
    for action in (open_state, database.upgrade_state):
        with pytest.raises(RunError) as caught:
            action(settings)
        assert caught.value.code == "FORMAT_NEWER"
        assert caught.value.params == {"found": 7, "known": PRESENT}


def test_a_file_that_is_no_database_is_told(settings: Settings) -> None:
    settings.out.mkdir()
    (settings.out / "state.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(RunError) as caught:
        open_state(settings)
    assert caught.value.code == "STATE_UNAVAILABLE"
    assert caught.value.params == {"reason": "file is not a database"}


def test_another_database_is_reached_by_its_address(tmp_path: Path) -> None:
    other = tmp_path / "elsewhere.db"
    settings = Settings(out=tmp_path / "out", state_url=f"sqlite:///{other.as_posix()}")
    audit.record(open_state(settings), by="li", action="import", detail={})
    assert other.is_file()
    assert not (tmp_path / "out" / "state.db").exists()
    assert database.database_file(settings) == other


@pytest.mark.parametrize("url", ["nonsense", "nosuch://host/db", "mysql+nosuch://u:hunter2@h/d"])
def test_an_address_that_cannot_be_used_is_told_without_its_password(
    tmp_path: Path, url: str
) -> None:
    with pytest.raises(RunError) as caught:
        open_state(Settings(out=tmp_path, state_url=url))
    assert caught.value.code == "STATE_URL_INVALID"
    assert "hunter2" not in str(caught.value)


def test_only_what_every_database_has_is_used() -> None:
    """The tables can be made on PostgreSQL: the statements are compiled, not run."""
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import CreateTable

    for table in Base.metadata.sorted_tables:
        assert str(CreateTable(table).compile(dialect=postgresql.dialect()))


def test_a_reader_does_not_wait_for_a_writer(state: State) -> None:
    with state.session() as writer:
        writer.add(User(name="li", role="staff", password_hash="x"))
        writer.flush()
        with state.session(reads_only=True) as reader:
            assert reader.execute(text("SELECT count(*) FROM users")).scalar() == 0
