"""The product: `create_app()` for the commands and tests, `python app.py` to serve it on the intranet."""

import argparse
import logging
import os
import socket
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import waitress
from flask import Flask, Response, render_template, request
from flask_bootstrap import Bootstrap5
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from htmx_flask import Htmx, make_response
from werkzeug.exceptions import HTTPException, NotFound

import commands
import jobs
from blueprints import menu, web
from lifecycle import backup, files, moment, setup, vault, workdays
from lifecycle.db import open_database
from lifecycle.errors import DomainError
from lifecycle.schema import migrate
from models import CalendarYear, db
from rules.book import Book, load_books
from rules.region import Region, load_regions

FEATURES = (
    "accounts",
    "worklist",
    "institutions",
    "intake",
    "cases",
    "materials",
    "checks",
    "replacements",
    "papers",
    "review",
    "notices",
    "decisions",
    "agreements",
    "exits",
    "changes",
    "settlements",
    "imports",
    "dashboard",
    "guard",
    "portal",
    "catalogue",
    "rolls",
    "settings",
)
MAX_UPLOAD = 210 * 1024 * 1024  # one video of lifecycle.content_types, or several papers
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rules:
    """The law the product runs on, loaded once."""

    books: dict[str, Book]
    regions: dict[str, Region]


def product_version() -> str:
    """Return the version of the checkout; the package itself is never installed."""
    try:
        return version("dingdian")
    except PackageNotFoundError:
        return "0.1.0"


def default_instance() -> Path:
    return Path(os.environ.get("DINGDIAN_INSTANCE", Path(__file__).parent / "instance"))


def create_app(instance: Path | None = None) -> Flask:
    """Return the application on the data folder `instance`, which is made and brought up to date if need be.

    Raises BookError if a book is wrong: better no start than a wrong date.
    """
    instance = (instance or default_instance()).resolve()
    app = Flask(__name__, instance_path=str(instance))
    books = load_books()
    app.extensions["rules"] = Rules(books, load_regions(books))
    open_instance(app, instance)
    app.config.update(
        BOOTSTRAP_SERVE_LOCAL=True,
        MAX_CONTENT_LENGTH=MAX_UPLOAD,
        MAX_FORM_PARTS=5_000,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_NAME="dingdian",
        WTF_I18N_ENABLED=False,
        WTF_CSRF_TIME_LIMIT=None,
    )
    _add_extensions(app)
    for feature in FEATURES:
        app.register_blueprint(import_module(f"blueprints.{feature}.routes").bp)
    _add_hooks(app)
    _add_errors(app)
    commands.register(app)
    return app


def open_instance(app: Flask, instance: Path) -> None:
    """Point `app` at the data folder: database, key file, attachments; migrated and seeded."""
    (instance / backup.ATTACHMENTS).mkdir(parents=True, exist_ok=True)
    app.config["INSTANCE"] = instance
    files.open_folder(instance / backup.ATTACHMENTS)
    vault.open_vault(instance / "key")
    app.secret_key = vault.secret_key()
    open_database(instance / backup.DATABASE)
    with db.connection_context():
        migrate(instance / backup.DATABASE)
        with db.atomic():
            workdays.seed(moment.today().year + 1)
    workdays.forget()


def _add_extensions(app: Flask) -> None:
    Bootstrap5(app)
    CSRFProtect(app)
    Htmx(app)
    login = LoginManager(app)
    login.user_loader(web.load_account)
    login.unauthorized_handler(_ask_to_log_in)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["lamp_of"] = web.lamp_of


def _ask_to_log_in() -> Response | tuple[str, int]:
    """Answer a lost session: a page goes to the log-in; a swap must not put the log-in into a fragment."""
    url = menu.login_url()
    if request.htmx:
        return make_response("", 401, redirect=url)
    return app_redirect(url)


def app_redirect(url: str) -> Response:
    return Response("", 302, {"Location": url})


def _add_hooks(app: Flask) -> None:
    @app.before_request
    def connect() -> None:
        db.connect(reuse_if_open=True)

    @app.teardown_request
    def disconnect(error: BaseException | None) -> None:  # noqa: ARG001
        if not db.is_closed() and not app.config.get("KEEP_CONNECTION"):
            db.close()

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = (
            "default-src 'self'; frame-ancestors 'self'; form-action 'self'"
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "same-origin"
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        response.vary.add("HX-Request")
        if not request.path.startswith(("/static", "/bootstrap")):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    @app.context_processor
    def frame() -> dict[str, Any]:
        return menu.frame()

    @app.get("/healthz")
    def healthz() -> dict[str, Any]:
        years = [
            row[0] for row in CalendarYear.select(CalendarYear.year).where(CalendarYear.is_published).tuples()
        ]
        return {
            "status": "ok",
            "version": product_version(),
            "database": "ok" if db.execute_sql("select 1").fetchone() == (1,) else "broken",
            "calendar": {"published_until": max(years, default=None), "today": moment.today().isoformat()},
        }


def _add_errors(app: Flask) -> None:
    @app.errorhandler(DomainError)
    def refuse(error: DomainError) -> Any:
        if not request.htmx:
            return render_template("errors/refusal.html", error=error), error.status
        body = render_template("errors/_refusal.html", error=error)
        return make_response(body, error.status, retarget="#refusal", reswap="outerHTML")

    @app.errorhandler(CSRFError)
    def stale_form(error: CSRFError) -> Any:  # noqa: ARG001
        return refuse(DomainError("页面打开太久，已失效。请返回上一页刷新后再提交，本次没有保存。"))

    @app.errorhandler(OverflowError)
    def beyond_any_row(error: OverflowError) -> Any:  # noqa: ARG001 - an id that no table can hold
        return plain_error(NotFound())

    @app.errorhandler(HTTPException)
    def plain_error(error: HTTPException) -> Any:
        code = error.code if error.code in (403, 404, 413) else (404 if (error.code or 500) < 500 else 500)
        if request.htmx:
            sentence = {403: "您的岗位不能使用这个页面。", 413: "文件太大。"}.get(
                code, "找不到，可能已被移走。"
            )
            return refuse_with(sentence, error.code or 500)
        return render_template(f"errors/{code}.html"), error.code or 500

    def refuse_with(sentence: str, status: int) -> Any:
        body = render_template("errors/_refusal.html", error=DomainError(sentence))
        return make_response(body, status, retarget="#refusal", reswap="outerHTML")


def main() -> None:
    """Serve the product; sweep what was missed first."""
    parser = argparse.ArgumentParser(description="医保定点管理")
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 serves the whole intranet")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument(
        "--demo", action="store_true", help="serve demo counties from a data folder of their own"
    )
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    app = create_app(_demo_instance() if options.demo else None)
    _greet(app, demo=options.demo)
    with db.connection_context():
        jobs.nightly_sweep(app)
    jobs.start(app)
    server = waitress.create_server(app, host=options.host, port=options.port, threads=4)
    _print(f"打开 http://{_shown_host(options.host)}:{options.port}/  （Ctrl+C 停止）")
    server.run()


def _demo_instance() -> Path:
    """Return the demo's data folder, beside the real one and never it."""
    real = default_instance()
    return real.with_name(f"{real.name}-demo")


def _greet(app: Flask, *, demo: bool) -> None:
    """Print what somebody needs who starts the product: accounts of the demo, or the first password."""
    if demo:
        for line in import_module("demo").prepare(app):
            _print(line)
        return
    with db.connection_context():
        password = setup.first_administrator()
    if password:
        _print(f"首次启动。用户名 admin，一次性密码 {password}（登录后须立即修改，只显示这一次）")


def _shown_host(host: str) -> str:
    return socket.gethostname() if host in ("0.0.0.0", "::") else host  # noqa: S104 - compared, not bound


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - the person at the terminal reads this


if __name__ == "__main__":
    main()
