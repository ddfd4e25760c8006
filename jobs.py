"""When what runs: the nightly sweep and the backup. The work itself lives in lifecycle/."""

import logging

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from lifecycle import backup, long_tasks, moment, sweep
from models import db

log = logging.getLogger(__name__)

SWEEP_AT = {"hour": 1, "minute": 30}
BACKUP_AT = {"hour": 2, "minute": 30}


def start(app: Flask) -> BackgroundScheduler:
    """Start this process's alarm clock and return it. Missed runs collapse into one; none overlaps.

    Tasks that an earlier process left unfinished are given up first.
    """
    with db.connection_context():
        if count := long_tasks.give_up_unfinished():
            log.info("%s unfinished tasks given up", count)
    scheduler = BackgroundScheduler(
        timezone="Asia/Shanghai",
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600},
    )
    scheduler.add_job(nightly_sweep, "cron", args=[app], id="sweep", **SWEEP_AT)
    scheduler.add_job(nightly_backup, "cron", args=[app], id="backup", **BACKUP_AT)
    scheduler.start()
    return scheduler


def nightly_sweep(app: Flask) -> list[sweep.Report]:
    """Sweep today and every night missed since the last sweep."""
    rules = app.extensions["rules"]
    with db.connection_context():
        reports = sweep.catch_up(sweep.system_hand(moment.today(), rules.books, rules.regions))
    for report in reports:
        log.info("sweep of %s: %s changes", report.day, len(report.lines))
    return reports


def nightly_backup(app: Flask) -> None:
    """Back up database, attachments and key list into the data folder's backups, keeping the newest ones."""
    with db.connection_context():
        if sweep.claim(moment.today(), "backup"):
            path = backup.nightly(app.config["INSTANCE"])
            log.info("backup written: %s", path.name)
