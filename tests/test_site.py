"""Promises of the whole site: who may use each route, what every template is, what every answer carries."""

from pathlib import Path

import pytest
from jinja2 import nodes

from models import Role
from tests.roles import OPEN_TO_ALL, WHO_MAY

TEMPLATES = Path(__file__).parent.parent / "templates"


def test_every_route_says_who_may_use_it(app):
    silent = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not hasattr(app.view_functions[rule.endpoint], "required_roles")
    }
    assert silent == OPEN_TO_ALL


def test_the_role_table_names_every_route_with_the_roles_it_lets_in(app):
    actual = {
        endpoint: frozenset(view.required_roles)
        for endpoint, view in app.view_functions.items()
        if hasattr(view, "required_roles")
    }
    assert actual == {endpoint: frozenset(roles) for endpoint, roles in WHO_MAY.items()}


def test_neither_administrator_nor_auditor_sees_a_case(app):
    for endpoint in WHO_MAY:
        if endpoint.split(".")[0] in (
            "cases",
            "intake",
            "materials",
            "review",
            "papers",
            "institutions",
            "agreements",
            "decisions",
        ):
            assert not {Role.ADMIN, Role.AUDITOR} & set(WHO_MAY[endpoint]), endpoint


@pytest.mark.parametrize(
    "path", sorted(TEMPLATES.rglob("*.html")), ids=lambda p: str(p.relative_to(TEMPLATES))
)
def test_template(app, path):
    tree = app.jinja_env.parse(path.read_text(encoding="utf-8"))
    names = [name for node in tree.find_all(nodes.FromImport) for name in node.names]
    imported = {name[-1] if isinstance(name, tuple) else name for name in names}
    called = {node.name for node in tree.find_all(nodes.Name)}
    assert imported <= called, f"imports a macro it does not use: {imported - called}"
    if path.name.startswith("_"):
        assert not list(tree.find_all(nodes.Extends)), "a partial extends nothing"


@pytest.mark.parametrize(
    "path", sorted(TEMPLATES.rglob("*.html")), ids=lambda p: str(p.relative_to(TEMPLATES))
)
def test_no_template_holds_what_the_policy_forbids(path):
    text = path.read_text(encoding="utf-8")
    for forbidden in (" style=", "<style", "<script>", " onclick=", "hx-on", "data:image", "|safe"):
        assert forbidden not in text, forbidden


def test_every_answer_carries_the_policy(client):
    for url in ("/log-in", "/healthz", "/no-such-page"):
        answer = client.get(url)
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


def test_healthz_tells_version_database_and_calendar(client):
    body = client.get("/healthz").json
    assert (body["status"], body["database"]) == ("ok", "ok")
    assert body["calendar"] == {"published_until": 2026, "today": "2026-03-02"}


def test_whoever_is_not_logged_in_is_led_to_the_log_in(app, client):
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPEN_TO_ALL or "GET" not in rule.methods:
            continue
        url = rule.build(dict.fromkeys(rule.arguments, 1) | {"stage": "desk", "action": "accept"})[1]
        answer = client.get(url)
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/log-in"), rule
        assert client.get(url, headers={"HX-Request": "true"}).headers["HX-Redirect"].startswith("/log-in"), (
            rule
        )
