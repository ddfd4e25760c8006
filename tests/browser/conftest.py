"""A real chromium against a real server on the test's own data. Skipped where there is no chromium."""

import os
import threading
from pathlib import Path

import pytest
import waitress
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from tests.builders import PASSWORD, a_user

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="session")
def chromium():
    """The browser, started once. DINGDIAN_BROWSER=required makes its absence a failure."""
    if not CHROMIUM.exists():
        if os.environ.get("DINGDIAN_BROWSER") == "required":
            pytest.fail(f"{CHROMIUM} is missing")
        pytest.skip(f"{CHROMIUM} is missing")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def server(app):
    """The address of the product, served as in production, with the tokens of its forms checked."""
    app.config.update(WTF_CSRF_ENABLED=True, KEEP_CONNECTION=False)
    running = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.effective_port}"
    running.close()
    running.task_dispatcher.shutdown()
    thread.join(timeout=5)
    app.config.update(WTF_CSRF_ENABLED=False, KEEP_CONNECTION=True)


@pytest.fixture
def open_page(chromium, server):
    """Open pages of people who share no session; at the end none of them may have met a script error."""
    contexts, faults = [], []

    def opened(**options):
        context = chromium.new_context(
            base_url=server,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            **{"viewport": {"width": 1366, "height": 768}, **options},
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: faults.append(line.text) if "Content Security" in line.text else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def page(open_page):
    """A page at 1366×768, not logged in."""
    return open_page()


@pytest.fixture
def sign_in():
    """Log a person with these roles in through the real form: sign_in(page, Role.REVIEWER, name="孙立群")."""

    def signed_in(page, *roles, name=""):
        user = a_user(*roles, name=name)
        page.goto("/log-in")
        page.locator("[name=username]").fill(user.username)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("[name=password]").press("Enter")
        page.wait_for_url(lambda url: "/log-in" not in url)
        return user

    return signed_in


@pytest.fixture
def violations():
    """What axe objects to on a page opened with bypass_csp=True: rule and the first elements."""

    def found(page):
        return [
            (rule["id"], [node["html"][:160] for node in rule["nodes"][:3]])
            for rule in Axe().run(page).response["violations"]
        ]

    return found
