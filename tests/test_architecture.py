"""Who may import whom, who may write a case's state, and who may ask the clock."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
WEB = {"flask", "flask_login", "flask_wtf", "flask_bootstrap", "wtforms", "htmx_flask", "jinja2", "waitress"}
SCREENS = {"blueprints", "app", "commands", "jobs"}
FORBIDDEN = {
    "rules": WEB | SCREENS | {"peewee", "playhouse", "models", "lifecycle", "documents"},
    "models": WEB | SCREENS | {"rules", "lifecycle", "documents"},
    "lifecycle": WEB | SCREENS | {"documents"},
    "documents": (WEB - {"jinja2"}) | SCREENS,  # Word templates are filled by jinja, in its sandbox
    "operations": WEB | {"forms", "routes", "blueprints.web", "blueprints.fields"},
    "queries": WEB | {"forms", "routes", "operations", "blueprints.web", "blueprints.fields"},
    "forms": {"peewee", "models.db", "routes", "operations", "queries"},
    "routes": {"peewee"},
}
LAYERS = ("routes", "forms", "queries", "operations")
TOPS = ("rules", "lifecycle", "documents", "blueprints")
FILES = [ROOT / "models.py", *(f for top in TOPS for f in sorted((ROOT / top).rglob("*.py")))]
PRODUCT = [*FILES, *(ROOT / f"{name}.py" for name in ("app", "commands", "jobs"))]
FEATURES = {path.name for path in (ROOT / "blueprints").iterdir() if (path / "__init__.py").exists()}


def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def modules(path):
    """Every module a file imports, dotted; `from a.b import c` counts as a.b and a.b.c."""
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def layer(path):
    """rules, models, lifecycle, documents; in a feature what the file is: user_routes.py is routes."""
    top = path.relative_to(ROOT).parts[0].removesuffix(".py")
    if top != "blueprints":
        return top
    kind = path.stem.rpartition("_")[2]
    return kind if kind in LAYERS and feature(path) else ""


def feature(path):
    parts = path.relative_to(ROOT).parts
    return parts[1] if parts[0] == "blueprints" and len(parts) == 3 else ""


def touches(module, forbidden):
    """Whether importing `module` brings in `forbidden`: a package, a module, or a layer of any feature."""
    if forbidden in LAYERS:
        parts = module.split(".")
        return parts[0] == "blueprints" and any(part.rpartition("_")[2] == forbidden for part in parts[2:])
    return module == forbidden or module.startswith(forbidden + ".")


def name_of(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_layers(path):
    forbidden = FORBIDDEN.get(layer(path), set())
    assert {m for m in modules(path) if any(touches(m, f) for f in forbidden)} == set()


@pytest.mark.parametrize("path", [f for f in FILES if feature(f)], ids=name_of)
def test_features_never_import_each_other(path):
    others = {f"blueprints.{other}" for other in FEATURES - {feature(path)}}
    assert {m for m in modules(path) if any(touches(m, other) for other in others)} == set()


@pytest.mark.parametrize(
    "path", [f for f in FILES if f.parts[-2] == "blueprints" and f.stem != "__init__"], ids=name_of
)
def test_what_features_share_knows_no_feature(path):
    assert {m for m in modules(path) if any(touches(m, f"blueprints.{name}") for name in FEATURES)} == set()


def is_case(node):
    return isinstance(node, ast.Name) and node.id in ("Case", "case")


def writes_state(node):
    """Whether the node sets the state of a case: by update(), by create() or by assignment."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(isinstance(t, ast.Attribute) and t.attr == "state" and is_case(t.value) for t in targets)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and is_case(node.func.value):
        names = {keyword.arg for keyword in node.keywords}  # None stands for **columns
        is_many = node.func.attr == "insert_many"
        return is_many or (node.func.attr in ("update", "create", "insert") and bool(names & {"state", None}))
    return inserts_all(node, "Case")


def inserts_all(node, *models):
    """Whether the node writes many rows of one of these models at once."""
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "insert_all"
    return is_call and ast.unparse(node.args[0]) in models


def test_the_state_of_a_case_is_written_by_steps_and_by_opening_alone():
    writers = {name_of(path) for path in PRODUCT if any(map(writes_state, ast.walk(tree(path))))}
    assert writers == {"lifecycle/steps.py", "lifecycle/cases.py", "lifecycle/openings.py"}


def test_only_take_back_sets_a_state_without_a_step():
    callers = {
        name_of(path)
        for path in PRODUCT
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr in ("set_state", "put_back")
    }
    assert callers == {"lifecycle/corrections.py", "lifecycle/undo.py"}


def asks_the_clock(node):
    """Whether the node is datetime.now, date.today and the like, called or handed over."""
    is_ask = isinstance(node, ast.Attribute) and node.attr in ("now", "today", "utcnow", "fromtimestamp")
    return is_ask and ast.unparse(node.value) in (
        "date",
        "datetime",
        "datetime.date",
        "datetime.datetime",
        "dt",
    )


def test_the_time_of_day_enters_by_one_door():
    askers = {name_of(path) for path in PRODUCT if any(map(asks_the_clock, ast.walk(tree(path))))}
    assert askers == {"lifecycle/moment.py"}


def test_events_are_written_by_the_trail_alone():
    writers = {
        name_of(path)
        for path in PRODUCT
        for node in ast.walk(tree(path))
        if (
            isinstance(node, ast.Attribute)
            and node.attr in ("create", "insert", "insert_many", "update", "delete", "save")
            and ast.unparse(node.value) in ("Event", "Seal")
        )
        or inserts_all(node, "Event", "Seal")
    }
    assert writers == {"lifecycle/audit.py"}


ARTICLE = re.compile("第[一二三四五六七八九十百]+条")
ANNEX = re.compile(r"附件\s?\d")
REMARK = re.compile(r"\{#.*?#\}|<!--.*?-->", re.DOTALL)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def docstrings(module):
    """Every docstring node of a module, its classes and functions."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = [node.body for node in ast.walk(module) if isinstance(node, owners) and node.body]
    return {id(body[0].value) for body in bodies if isinstance(body[0], ast.Expr)}


def cited(path):
    """Every article of the law that a text of a module cites; docstrings and comments may."""
    module = tree(path)
    kept = docstrings(module)
    texts = [n for n in ast.walk(module) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return [found for node in texts if id(node) not in kept for found in ARTICLE.findall(node.value)]


@pytest.mark.parametrize("path", PRODUCT, ids=name_of)
def test_no_module_cites_the_law_it_is_in_the_book(path):
    assert cited(path) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_no_template_cites_the_law_it_is_in_the_book(path):
    text = REMARK.sub("", path.read_text(encoding="utf-8"))
    assert ARTICLE.findall(text) + ANNEX.findall(text) == []
