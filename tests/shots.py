"""Take the screenshots of README and manual anew from the demo: `uv run python -m tests.shots [DIR]`."""

import os
import sys
import tempfile
import threading
from datetime import datetime
from pathlib import Path

import waitress
from peewee import fn
from playwright.sync_api import sync_playwright

import demo
from app import create_app
from lifecycle import moment
from models import Agreement, Case, Document, Institution, Membership, Staff, db

PASSWORD = "Demo-2026"
THURSDAY = datetime(2026, 9, 24, 9, 40)  # noqa: DTZ001 - the product's times are naive
BAN = "subject=institution&rule=breach_ban&from_on=2026-08-31"
SHOTS = Path(__file__).parent.parent / "docs" / "shots"


def pages() -> list[tuple[str, str, str]]:
    """Return (name, account, address) of every page in the manual."""

    def case(state: str, office: int = 2) -> int:
        return (
            Case.select(Case.id).where(Case.state == state, Case.office == office).order_by(Case.id).scalar()
        )

    unserved = Document.select().where(Document.office == 2).order_by(Document.id.desc()).get().id
    agreement = (
        Agreement.select(Agreement.case).join(Case).where(Case.office == 2, Case.state == "active").scalar()
    )
    institution = Case.get_by_id(case("refused")).institution_id

    def institution_with_staff() -> int:
        rows = Staff.select(Staff.institution, fn.COUNT(Staff.id)).join(Institution)
        under = Case.select(Case.institution).where(Case.matter == "agreement", Case.state == "active")
        rows = rows.where(Institution.office == 2, Institution.id.in_(under)).group_by(Staff.institution)
        return rows.order_by(fn.COUNT(Staff.id).desc(), Staff.institution).tuples().get()[0]

    newest = Case.select(Case.id).where(Case.office == 2, Case.state == "active").order_by(Case.id.desc())
    registered = institution_with_staff()
    mine = Membership.get().institution
    answered = Case.get(Case.institution == mine).id
    return [
        ("institution", "al-clerk", f"/institutions/{registered}"),
        ("expiring", "al-clerk", "/institutions/expiring"),
        ("ledger", "al-agreement", "/imports/ledger"),
        ("checks", "al-clerk", f"/cases/{case('filed')}/checks"),
        ("materials", "al-clerk", f"/cases/{case('correction_requested')}/materials"),
        ("forms", "al-clerk", "/documents/forms"),
        ("guide", "al-clerk", "/rules/guide"),
        ("exits", "al-clerk", "/exits/"),
        ("alerts", "al-manager", "/alerts"),
        ("changes", "al-clerk", "/changes/"),
        ("suspension", "al-manager", f"/exits/agreements/{newest.scalar()}/suspension"),
        ("funds", "hw-manager", "/funds"),
        ("replacements", "hw-manager", "/replacements/"),
        ("portal", "al-provider", "/my"),
        ("portal_case", "al-provider", f"/my/cases/{answered}"),
        ("worklist", "al-clerk", "/worklist/"),
        ("new_application", "al-clerk", "/applications/new"),
        ("case", "al-clerk", f"/cases/{case('filed')}"),
        ("correction", "al-clerk", f"/cases/{case('correction_requested')}"),
        ("serve", "al-clerk", f"/documents/{unserved}/serve"),
        ("group", "al-reviewer1", f"/cases/{case('accepted')}/group"),
        ("sheet", "al-reviewer1", f"/cases/{case('desk_review')}/sheets/desk"),
        ("rectification", "al-manager", f"/cases/{case('rectification')}"),
        ("publish", "al-agreement", f"/notices/publish?kind=result&cases={case('qualified')}"),
        ("meeting", "al-manager", f"/decisions/meetings/new?cases={case('proposed_pass')}"),
        ("city_review", "city", f"/decisions/cases/{case('city_review')}/city-review"),
        ("negotiation", "hw-agreement", f"/agreements/cases/{case('negotiation', 3)}/negotiation"),
        ("agreement", "al-agreement", f"/agreements/{agreement}"),
        ("dashboard", "al-manager", "/dashboard/"),
        ("history", "al-manager", f"/cases/{case('rectification')}/history"),
        ("ban", "al-manager", f"/institutions/{institution}/bans/new?{BAN}"),
        ("calendar", "al-admin", "/settings/calendar"),
        ("users", "al-admin", "/settings/users"),
        ("office", "al-admin", "/settings/offices/2"),
        ("trail", "auditor", "/settings/trail"),
    ]


def take(folder: Path) -> None:
    """Build the demo as of a Thursday, serve it, and save each page as folder/NAME.png at 1366×768."""
    os.environ["DINGDIAN_DEMO_PASSWORD"] = PASSWORD
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        moment.move_to(THURSDAY)
        app = create_app(Path(scratch))
        with app.app_context():
            demo.prepare(app)
            with db.connection_context():
                wanted = pages()
        moment.move_to(THURSDAY)
        server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
        threading.Thread(target=server.run, daemon=True).start()
        _shoot(wanted, f"http://127.0.0.1:{server.effective_port}", folder)
        server.close()


def _shoot(wanted: list[tuple[str, str, str]], base: str, folder: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        for account in dict.fromkeys(account for _, account, _ in wanted):
            context = browser.new_context(
                base_url=base,
                locale="zh-CN",
                timezone_id="Asia/Shanghai",
                viewport={"width": 1366, "height": 768},
            )
            tab = context.new_page()
            tab.goto("/log-in")
            tab.fill("[name=username]", account)
            tab.fill("[name=password]", PASSWORD)
            tab.press("[name=password]", "Enter")
            tab.wait_for_url(lambda url: "/log-in" not in url)
            for name, _, address in (row for row in wanted if row[1] == account):
                answer = tab.goto(address)
                sys.stdout.write(f"{name}: {answer.status}\n")
                tab.screenshot(path=folder / f"{name}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]) if len(sys.argv) > 1 else SHOTS)
