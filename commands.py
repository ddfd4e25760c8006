"""The commands of `flask --app app …`: due dates, sweep, checks, backup and restore, rebinding."""

from datetime import date
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from lifecycle import audit, backup, checks, moment, rebind, sweep, workdays
from lifecycle.errors import DomainError
from lifecycle.hand import Hand
from models import db
from rules.periods import Due, due_date, first_day_after
from rules.rows import UNITS, ClockRule

DAY = click.DateTime(["%Y-%m-%d"])


def register(app: Flask) -> None:
    """Add the product's commands to `app`."""
    for command in (due, sweep_command, check, backup_command, restore, rebind_command, audit_group):
        app.cli.add_command(command)


def _hand(day: date | None = None) -> Hand:
    rules = current_app.extensions["rules"]
    return sweep.system_hand(day or moment.today(), rules.books, rules.regions)


@click.command("due")
@click.argument("start", type=DAY)
@click.argument("amount", type=click.IntRange(0, 10_000))
@click.argument("unit", type=click.Choice(UNITS))
@click.option("--wait", is_flag=True, help="the first possible day after a minimum wait")
@click.option("--back", is_flag=True, help="the latest day with that much left before START")
@click.option("--no-roll", is_flag=True, help="an end on a rest day stays there")
def due(start: date, amount: int, unit: str, *, wait: bool, back: bool, no_roll: bool) -> None:
    """Print the last day of a period that began on START, and how it was counted."""
    rule = ClockRule(
        key="due",
        name="due",
        kind="wait" if wait else "limit",
        amount=amount,
        unit=unit,
        article="",
        direction="backward" if back else "forward",
        roll=False if no_roll or wait or back else None,
    )
    day = start.date()
    with db.connection_context():
        calendar = workdays.current()
    result = due_date(day, rule, calendar)
    shown = first_day_after(day, rule, calendar) if wait else result.on
    click.echo(f"{shown.isoformat()}{' 暂估' if result.is_provisional else ''}")
    _print_lines(result)


def _print_lines(result: Due) -> None:
    for line in result.lines:
        click.echo(f"{line.label}  {line.text}{'  ' + line.on.isoformat() if line.on else ''}")


@click.command("sweep")
@click.option("--as-of", type=DAY, help="the night of this day instead of today's")
@click.option("--dry-run", is_flag=True, help="say what would change, change nothing")
def sweep_command(*, as_of: date | None, dry_run: bool) -> None:
    """Do the night's work; one line for each change, nothing when nothing changes."""
    day = as_of.date() if as_of else moment.today()
    with db.connection_context():
        if not dry_run and day <= moment.today():  # a night to come is left to its own sweep
            sweep.claim(day)
        for line in sweep.run(_hand(day), dry_run=dry_run).lines:
            click.echo(line)


@click.command("check")
def check() -> None:
    """Check the invariants of the whole database; exit 1 if one is broken."""
    with db.connection_context():
        found = list(checks.problems(_hand()))
    for line in found:
        click.echo(line)
    if found:
        raise SystemExit(1)
    click.echo("一切正常")


@click.command("backup")
@click.argument("path", type=click.Path(path_type=Path), required=False)
def backup_command(path: Path | None) -> None:
    """Write a verified backup of database and attachments."""
    instance = current_app.config["INSTANCE"]
    try:
        written = backup.write(instance, path) if path else backup.nightly(instance)
    except (backup.BackupBroken, OSError) as error:
        raise click.ClickException(f"没有备份成：{error}") from error
    click.echo(f"已备份：{written}")
    click.echo("密钥文件不在备份里，请另行保管。")


@click.command("restore")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--yes", is_flag=True, help="do not ask")
def restore(path: Path, *, yes: bool) -> None:
    """Replace the data by a backup, after checking it. Stop the product first."""
    if not yes:
        click.confirm("将用备份替换现有数据，产品须已停止。继续吗", abort=True)
    db.close_all() if hasattr(db, "close_all") else db.close()
    try:
        aside = backup.restore(current_app.config["INSTANCE"], path)
    except backup.BackupBroken as error:
        raise click.ClickException(str(error)) from error
    workdays.forget()
    click.echo(f"已恢复，原数据移到 {aside.name}")


@click.command("rebind")
@click.argument("old")
@click.argument("new")
@click.option("--reason", required=True)
@click.option("--dry-run", is_flag=True)
def rebind_command(old: str, new: str, reason: str, *, dry_run: bool) -> None:
    """Move the open cases of book OLD to book NEW, each with an event."""
    with db.connection_context():
        try:
            lines = rebind.rebind(old, new, hand=_hand(), reason=reason, dry_run=dry_run)
        except DomainError as refusal:
            raise click.ClickException(str(refusal)) from refusal
    for line in lines:
        click.echo(line)


audit_group = AppGroup("audit", help="The trail.")


@audit_group.command("verify")
def verify() -> None:
    """Follow every chain; name each broken link and exit 1."""
    with db.connection_context():
        broken = list(audit.broken_links())
    for line in broken:
        click.echo(line)
    if broken:
        raise SystemExit(1)
    click.echo("链条完整")
