"""``python -m geo user``, ``upgrade``, ``backup``, ``restore``: look after one instance."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path
from typing import Any

from geo.console import print_json, say, system_user, warn
from geo.errors import BadRequest
from geo.i18n import both
from geo.settings import Settings

# The state database takes a moment to load, so each command imports it where needed.


def add_commands(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands to the parser of ``python -m geo``."""
    for name, command, text in (
        ("upgrade", upgrade, "bring the state database to the present format"),
        ("backup", backup, "write the whole instance into one file"),
        ("restore", restore, "put a backup in place of the instance"),
    ):
        sub = commands.add_parser(name, parents=[common], help=text, description=text)
        sub.set_defaults(command=command)
        if name != "upgrade":
            sub.add_argument("file", metavar="FILE", type=Path)
    _add_user_commands(commands, common)


def _add_user_commands(commands: Any, common: argparse.ArgumentParser) -> None:
    text = "make, list and disable accounts"
    users = commands.add_parser("user", help=text, description=text)
    actions = users.add_subparsers(required=True, metavar="ACTION")
    for name, command, text in (
        ("add", add_user, "make an account, or bring a disabled one back"),
        ("list", list_users, "list the accounts"),
        ("password", set_password, "give an account a new password"),
        ("disable", disable_user, "keep an account from signing in"),
    ):
        sub = actions.add_parser(name, parents=[common], help=text, description=text)
        sub.set_defaults(command=command)
        if name != "list":
            sub.add_argument("name", metavar="NAME")
        if name == "add":
            sub.add_argument("--role", choices=("staff", "viewer"), required=True)
        if name in ("add", "password"):
            text = "read the password from standard input instead of asking for it"
            sub.add_argument("--password-stdin", action="store_true", help=text)


def add_user(arguments: argparse.Namespace, settings: Settings) -> int:
    """Make an account."""
    from geo.state import accounts, open_state

    state = open_state(settings)
    password = _read_password(arguments)
    user = accounts.add_user(
        state, arguments.name, role=arguments.role, password=password, by=system_user()
    )
    if arguments.json:
        print_json({"name": user.name, "role": user.role})
    else:
        say("cli.user_added", name=user.name, role=user.role)
    return 0


def list_users(arguments: argparse.Namespace, settings: Settings) -> int:
    """List the accounts."""
    from geo.state import accounts, open_state

    found = [
        {"name": user.name, "role": user.role, "active": user.active}
        for user in accounts.users(open_state(settings))
    ]
    if arguments.json:
        print_json(found)
    for user in () if arguments.json else found:
        print(f"{' ' if user['active'] else '-'} {user['role']:<7} {user['name']}")
    return 0


def set_password(arguments: argparse.Namespace, settings: Settings) -> int:
    """Give an account a new password."""
    from geo.state import accounts, open_state

    state = open_state(settings)
    password = _read_password(arguments)
    accounts.set_password(state, arguments.name, password=password, by=system_user())
    return _tell_done("cli.user_password", arguments)


def disable_user(arguments: argparse.Namespace, settings: Settings) -> int:
    """Keep an account from signing in."""
    from geo.state import accounts, open_state

    accounts.disable_user(open_state(settings), arguments.name, by=system_user())
    return _tell_done("cli.user_disabled", arguments)


def upgrade(arguments: argparse.Namespace, settings: Settings) -> int:
    """Bring the state database to the present format."""
    from geo.state import database

    found, copy = database.upgrade_state(settings)
    known = database.FORMAT
    if found < known:
        note(settings, "upgrade", {"from": found})
    if arguments.json:
        print_json({"from": found, "to": known, "copy": str(copy) if copy else None})
        return 0
    if found == known:
        say("cli.no_upgrade")
    else:
        say("cli.upgraded", found=found, known=known)
    if copy:
        say("cli.upgrade_copy", path=copy)
    return 0


def backup(arguments: argparse.Namespace, settings: Settings) -> int:
    """Write the whole instance into one file."""
    from geo.backup import backup
    from geo.state.database import database_file

    done = backup(settings, arguments.file.resolve())
    note(settings, "backup", {"file": done.path.name})
    has_database = database_file(settings) is not None
    if arguments.json:
        print_json({"path": str(done.path), "files": done.files, "database": has_database})
        return 0
    say("cli.backed_up", files=done.files, path=done.path)
    if not has_database:
        say("cli.backup_no_database")
    return 0


def restore(arguments: argparse.Namespace, settings: Settings) -> int:
    """Put a backup in place of the instance."""
    from geo.backup import restore

    done = restore(settings, arguments.file.resolve())
    note(settings, "restore", {"file": arguments.file.name})
    earlier = str(done.moved_aside) if done.moved_aside else None
    if arguments.json:
        print_json({"path": str(done.path), "files": done.files, "moved_aside": earlier})
        return 0
    say("cli.restored", files=done.files)
    if earlier:
        say("cli.moved_aside", path=earlier)
    return 0


def note(settings: Settings, action: str, detail: dict[str, Any]) -> None:
    """Enter something in the audit log; where that cannot be, say so and go on."""
    from geo.state import audit

    if not audit.note(settings, by=system_user(), action=action, detail=detail):
        warn("cli.audit_failed")


def _tell_done(key: str, arguments: argparse.Namespace) -> int:
    if arguments.json:
        print_json({"name": arguments.name})
    else:
        say(key, name=arguments.name)
    return 0


def _read_password(arguments: argparse.Namespace) -> str:
    """Return the password from standard input, or asked for twice."""
    if arguments.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass(" / ".join(both("cli.password").values()))
    if getpass.getpass(" / ".join(both("cli.password_again").values())) != password:
        raise BadRequest("PASSWORD_REPEAT")
    return password
