"""The commands that look after an instance, as an administrator and as a script use them."""

from __future__ import annotations

import io
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from geo.cli import main
from geo.settings import ROOT, Settings
from geo.state import accounts, audit, open_state, passwords
from geo.state.database import FORMAT

Run = Callable[..., tuple[int, str, str]]
PASSWORD = "a quiet sand dune"


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(1, 64, 1))
    passwords._nobodys.cache_clear()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(out=tmp_path / "out")


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> Run:
    def run_command(*arguments: str, stdin: str = PASSWORD + "\n") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        status = main([*arguments, "--out", str(settings.out)])
        return status, *capsys.readouterr()

    return run_command


def add(run: Run, name: str = "li", role: str = "staff") -> tuple[int, str, str]:
    return run("user", "add", name, "--role", role, "--password-stdin")


def test_an_account_made_on_the_command_line_can_sign_in(run: Run, settings: Settings) -> None:
    status, out, _ = add(run)
    assert status == 0
    assert "已建账户 li" in out and "is made" in out
    state = open_state(settings)
    assert accounts.sign_in(state, "li", PASSWORD, address="::1").role == "staff"


def test_accounts_are_listed_and_disabled(run: Run) -> None:
    add(run)
    add(run, "wang", "viewer")
    assert run("user", "disable", "li", "--json")[:2] == (0, '{\n  "name": "li"\n}\n')
    assert json.loads(run("user", "list", "--json")[1]) == [
        {"name": "li", "role": "staff", "active": False},
        {"name": "wang", "role": "viewer", "active": True},
    ]
    assert run("user", "list")[1] == "- staff   li\n  viewer  wang\n"


def test_a_forgotten_password_is_set_anew(run: Run, settings: Settings) -> None:
    add(run)
    new = "pomegranates in spring"
    assert run("user", "password", "li", "--password-stdin", stdin=new + "\r\n")[0] == 0
    assert accounts.sign_in(open_state(settings), "li", new, address="::1").name == "li"


def test_a_password_is_asked_for_twice(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = iter([PASSWORD, PASSWORD, PASSWORD, PASSWORD + "x"])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(typed))
    assert run("user", "add", "li", "--role", "staff")[0] == 0
    status, _, err = run("user", "add", "wang", "--role", "staff")
    assert status == 2
    assert "两次输入的密码不一样" in err


@pytest.mark.parametrize(
    ("arguments", "stdin", "code"),
    [
        (["add", "li", "--role", "staff", "--password-stdin"], "short\n", "PASSWORD_SHORT"),
        (["add", "li", "--role", "staff", "--password-stdin"], "", "PASSWORD_SHORT"),
        (["add", "l i", "--role", "staff", "--password-stdin"], PASSWORD, "USER_NAME_INVALID"),
        (["disable", "nobody"], "", "USER_UNKNOWN"),
        (["password", "nobody", "--password-stdin"], PASSWORD, "USER_UNKNOWN"),
    ],
)
def test_what_cannot_be_done_is_told_as_json(
    run: Run, arguments: list[str], stdin: str, code: str
) -> None:
    status, out, _ = run("user", *arguments, "--json", stdin=stdin)
    assert status == 2
    assert json.loads(out)["error"]["code"] == code


def test_an_upgrade_without_need_says_so(run: Run, settings: Settings) -> None:
    open_state(settings)
    assert json.loads(run("upgrade", "--json")[1]) == {
        "from": FORMAT,
        "to": FORMAT,
        "copy": None,
    }
    assert "无需升级" in run("upgrade")[1]


def test_a_newer_database_is_refused_in_a_sentence(run: Run, settings: Settings) -> None:
    open_state(settings)
    with closing(sqlite3.connect(settings.out / "state.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9'")
    status, _, err = run("user", "list")
    assert status == 2
    assert "请更新软件" in err


def test_backup_and_restore_carry_the_accounts(
    run: Run, settings: Settings, tmp_path: Path
) -> None:
    add(run)
    file = tmp_path / "all.zip"
    made = json.loads(run("backup", str(file), "--json")[1])
    assert made == {"path": str(file), "files": 1, "database": True}
    add(run, "wang")
    done = json.loads(run("restore", str(file), "--json")[1])
    assert done["files"] == 1
    assert Path(done["moved_aside"], "state.db").is_file()
    assert [user.name for user in accounts.users(open_state(settings))] == ["li"]
    assert audit.entries(open_state(settings), limit=1)[0].action == "restore"


def test_a_restore_of_something_else_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_text("no zip")
    status, _, err = run("restore", str(tmp_path / "x.zip"))
    assert status == 1
    assert "不是本软件的备份" in err
    assert run("restore", str(tmp_path / "nowhere.zip"))[0] == 2


def test_publish_and_rollback_are_in_the_log(run: Run, settings: Settings) -> None:
    first = json.loads(run("publish", "--as-of", "2026-11-21", "--json")[1])["version"]
    run("publish", "--as-of", "2026-11-21")
    run("rollback", first)
    entries = audit.entries(open_state(settings), limit=9)
    assert [entry.action for entry in entries] == ["rollback", "publish"]
    assert entries[0].detail == {"version": first}
    assert entries[0].by


def test_publishing_does_not_depend_on_the_log(run: Run, settings: Settings) -> None:
    settings.out.mkdir()
    (settings.out / "state.db").write_bytes(b"no database" * 100)
    status, out, err = run("publish", "--json")
    assert status == 0
    assert json.loads(out)["changed"]
    assert "操作日志没有记下这一步" in err


def test_help_and_the_public_commands_load_no_database_library() -> None:
    script = (
        "import sys; from geo.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "assert not {'sqlalchemy', 'alembic', 'argon2', 'flask'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True)
