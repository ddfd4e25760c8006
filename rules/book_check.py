"""What a book is held to when it is loaded: every row names what the book holds, no two steps collide."""

from typing import TYPE_CHECKING

from rules.form_rows import FIELD_OWNERS, FIELD_TYPES, TABLE_OWNERS
from rules.guards import exclude_each_other
from rules.rows import CLOCK_KINDS, UNITS, Guard, Start, Step
from rules.shape import BookError

if TYPE_CHECKING:
    from rules.book import Book


def check(book: "Book") -> None:
    """Raise BookError if a row names something the book does not hold, or two steps could match at once."""
    for clock in book.clocks.values():
        _demand(book, clock.key, clock.unit in UNITS and clock.kind in CLOCK_KINDS, "unit or kind")
    for step in book.steps:
        _check_step(book, step)
    features = {feature.key for feature in book.features}
    types = {kind.key for kind in book.types}
    for row in book.features:
        _demand(book, row.key, not row.type or row.type in types, f"type {row.type}")
        _demand(book, row.key, features >= set(row.implies), f"implies {row.implies}")
        _demand(book, row.key, _choices(book, row.answered), f"answered {dict(row.answered)}")
    asked = [(row.key, row.feature) for row in book.materials] + [(row.key, row.feature) for row in book.rows]
    for key, feature in asked:
        _demand(book, key, not feature or feature in features, f"feature {feature}")
    for ground in book.grounds:
        _demand(book, ground.key, not ground.ban or ground.ban in book.clocks, f"ban {ground.ban}")
    for measure in book.measures:
        _demand(book, measure.key, measure.of in ("penalty", "handling"), f"ladder {measure.of}")
    for example in book.examples:
        _demand(book, "example", example.clock in book.clocks, f"clock {example.clock}")
    _check_machine(book)
    _check_blanks(book)
    _check_sheets(book)
    _check_single_match(book)


def _check_machine(book: "Book") -> None:
    """What the machine looks at must name clocks and thresholds of the book."""
    checks = [(row.key, row.check) for row in book.conditions]
    checks += [(ground.key, ground.check) for ground in book.grounds]
    checks += [(row.key, {"clock": row.clock}) for row in book.transitions]
    for key, check in checks:
        _demand(book, key, check.get("clock", "") in {"", *book.clocks}, "clock of a check")
        bounds = {check[name] for name in ("threshold", "overrun", "capacity") if name in check}
        _demand(book, key, bounds <= set(book.thresholds), "threshold")


def _check_sheets(book: "Book") -> None:
    for sheet in book.sheets.values():
        _demand(book, sheet.key, len(sheet.heads) == 4 and len(sheet.verdicts) == 2, "heads or verdicts")
        _demand(book, sheet.key, len(sheet.teams) in (0, 2), "teams")
    for sheet_row in book.rows:
        _demand(book, sheet_row.key, sheet_row.sheet in book.sheets, f"sheet {sheet_row.sheet}")


def _check_blanks(book: "Book") -> None:
    for blank in book.fields:
        _demand(book, blank.key, blank.of in FIELD_OWNERS and blank.type in FIELD_TYPES, "owner or type")
        _demand(book, blank.key, bool(blank.choices) == (blank.type in ("choice", "many")), "choices")
    for table in book.tables:
        _demand(book, table.key, table.of in TABLE_OWNERS, f"owner {table.of}")
        _demand(book, table.key, all(c.type in FIELD_TYPES for c in table.columns), "type of a column")


def _check_step(book: "Book", step: Step) -> None:
    named = {*step.meets, *step.resumes, *step.bans}
    named |= {start.clock for start in (*step.starts, *step.pauses)}
    named |= {s.when.removeprefix("end-of:") for s in step.starts if s.when.startswith("end-of:")}
    named |= {step.auto_clock} if step.auto else set()
    named |= {need.partition(":")[2] for need in step.needs if ":" in need}
    for clock in named:
        _demand(book, step.action, clock in book.clocks, f"clock {clock}")
    for start in (*step.starts, *step.pauses):
        _demand(book, step.action, _is_start(start, step), f"start {start.when}")
    for flag in {step.raises, step.lowers} - {""}:
        _demand(book, step.action, flag in book.flags, f"flag {flag}")
    for state in {*step.origins, step.target} - {"", "back"}:
        _demand(book, step.action, state in book.states, f"state {state}")
    _demand(book, step.action, not step.issues or step.issues in book.documents, f"document {step.issues}")
    _demand(book, step.action, bool(step.roles) or bool(step.auto) or step.linked, "roles")


def _is_start(start: Start, step: Step) -> bool:
    """Return whether a clock can start so; one that waits for service needs a document to be served."""
    if start.when == "served":
        return bool(step.issues)
    return start.when == "step" or start.when.startswith(("end-of:", "day:", "until:"))


def _check_single_match(book: "Book") -> None:
    """Refuse two rows of one action, or two automatic steps after one clock, that could match at once."""
    for index, one in enumerate(book.steps):
        for other in book.steps[index + 1 :]:
            same = one.action == other.action or (one.auto and one.auto == other.auto)
            if not same or one.matter != other.matter or not set(one.origins) & set(other.origins):
                continue
            if not exclude_each_other(one.when, other.when):
                raise BookError(f"{book.id}: steps {one.action} and {other.action} could match at once")


def _choices(book: "Book", answered: Guard) -> bool:
    """Return whether each answer is a choice of a list (many) of the application."""
    lists = {
        blank.key: blank.choices
        for blank in book.fields
        if blank.of == "application" and blank.type == "many"
    }
    return all(value in lists.get(name, ()) for name, value in answered.items())


def _demand(book: "Book", key: str, ok: bool, what: str) -> None:
    if not ok:
        raise BookError(f"{book.id}: {key}: unknown {what}")
