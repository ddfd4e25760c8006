"""The calendar: for everybody to read, for the administrator to correct and to import."""

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask_login import current_user

from blueprints.settings import calendar_operations, calendar_queries
from blueprints.settings.blueprint import bp
from blueprints.settings.calendar_forms import DayForm, YearForm
from blueprints.web import EVERYBODY, STAFF, found, hand, requires, scope
from lifecycle.errors import Conflict, DomainError, Unmet
from models import Event, Role
from rules.calendar import FIRST, LAST


@bp.get("/calendar")
@requires(*EVERYBODY)
def calendar_page() -> str:
    number = request.args.get("year", hand().today.year, type=int)
    if not FIRST.year <= number < LAST.year:
        abort(404)
    calendar = hand().calendar
    return render_template(
        "settings/calendar_page.html",
        year=calendar_queries.year_of(number, calendar, hand().today),
        published=calendar.published,
        next_year=hand().today.year + 1,
        provisional=calendar_queries.provisional_clocks(scope()),
        log=calendar_queries.change_log(),
        may_change=current_user.has(Role.ADMIN),
    )


@bp.route("/calendar/day", methods=["GET", "POST"])
@requires(Role.ADMIN)
def calendar_day() -> Any:
    form = DayForm(formdata=request.form if request.method == "POST" else request.args)
    if request.method == "GET":
        return _day_form(form)
    if not form.validate():
        return _day_form(form), 422
    try:
        event = _set_day(form)
    except DomainError as error:
        return _day_form(form, error), error.status
    return redirect(url_for(".calendar_change", event_id=event.id))


def _set_day(form: DayForm) -> Event:
    return calendar_operations.set_day(
        form.day.data,
        is_workday=form.works.data == "yes",
        name=form.name.data or "",
        reason=form.reason.data,
        hand=hand(),
        version=_number(form.version.data),
    )


def _day_form(form: DayForm, error: DomainError | None = None) -> str:
    _renew_version(form, error)
    year = form.day.data.year if form.day.data else hand().today.year
    return render_template("settings/calendar_day.html", form=form, error=error, year=year)


def _renew_version(form: DayForm | YearForm, error: DomainError | None) -> None:
    """A new page, and one that told of a colleague's change, go on from how the calendar stands now."""
    if request.method == "GET" or isinstance(error, Conflict):
        form.version.data = calendar_operations.version()


@bp.route("/calendar/import", methods=["GET", "POST"])
@requires(Role.ADMIN)
def calendar_import() -> Any:
    form = YearForm(data={"year": request.args.get("year", hand().today.year + 1, type=int)})
    if request.method == "GET":
        return _year_form(form)
    try:
        event = _import(form)
    except Unmet as error:
        form.text.errors = [*form.text.errors, *error.sentences]
        return _year_form(form), error.status
    except DomainError as error:
        return _year_form(form, error), error.status
    return redirect(url_for(".calendar_change", event_id=event.id)) if event else (_year_form(form), 422)


def _import(form: YearForm) -> Event | None:
    """Import what was typed or uploaded; None if a field is wrong. A file moves into the text field."""
    upload = request.files.get("file")
    if upload and upload.filename:
        form.text.data = calendar_operations.decoded(upload.read(calendar_operations.MOST_TEXT + 1))
    if not form.validate():
        return None
    return calendar_operations.import_year(
        form.year.data,
        form.notice.data,
        form.text.data or "",
        hand=hand(),
        version=_number(form.version.data),
    )


def _year_form(form: YearForm, error: DomainError | None = None) -> str:
    _renew_version(form, error)
    published = hand().calendar.published
    return render_template("settings/calendar_import.html", form=form, error=error, published=published)


@bp.get("/calendar/changes/<int:event_id>")
@requires(*EVERYBODY)
def calendar_change(event_id: int) -> str:
    change = found(calendar_queries.change_of(event_id))
    rows = calendar_queries.moved_by(change, scope(), hand())
    return render_template(
        "settings/calendar_change.html", change=change, rows=rows, may_open=current_user.has(*STAFF)
    )


def _number(text: object) -> int:
    return int(text) if str(text or "").isdecimal() else 0
