"""What the documents of suspension, resumption, termination and exit say, from what the step was told."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from lifecycle.clocks import as_day
from lifecycle.effects import BAN_CLOCKS
from models import Agreement, BanClass, Case, ExitRequest, ExitWish, StepTaken, Suspension, SuspensionState
from rules.book import Book
from rules.periods import describe

CAP = "suspension_cap"
WISHES: Mapping[str, str] = {
    ExitWish.SUSPEND: "中止医保协议",
    ExitWish.TERMINATE: "解除医保协议",
    ExitWish.NOT_RENEW: "不再续签医保协议",
}


def contents(kind: str, case: Case, step: StepTaken, data: Mapping[str, Any], book: Book) -> dict[str, Any]:
    """Return what a document of `kind` says beside its heading. data: what was typed with `step`."""
    rule = next(row for row in book.steps if row.matter == case.matter and row.action == step.action)
    told = {"action": step.action, "label": step.label, "on": step.on, "reason": step.reason}
    return CONTENTS[kind](case, {**data, **told, "article": rule.article}, book)


def suspension(case: Case, said: Mapping[str, Any], book: Book) -> dict[str, Any]:
    """Return the grounds word for word, the days, what is to be put right; a change of owner has no end."""
    return {
        "matter": WISHES[ExitWish.SUSPEND],
        "agreement": _agreement(case),
        "basis": _basis(book, said),
        "grounds": _grounds(book, said) or [{"text": said["label"], "article": said["article"], "note": ""}],
        "findings": str(said.get("findings") or said.get("reason") or ""),
        "starts_on": _day(said.get("starts_on") or said["on"]),
        "ends_on": _day(said.get("ends_on")),
        "items": list(said.get("items") or ()),
        "remedies": _remedies(book),
    }


def resumption(case: Case, said: Mapping[str, Any], book: Book) -> dict[str, Any]:
    """Return since when the agreement was suspended, from when it goes on, and why."""
    on = as_day(said["on"])
    row = (
        Suspension.select()
        .where(
            Suspension.case == case.id,
            Suspension.starts_on <= on,
            Suspension.over_on.is_null() | (Suspension.over_on >= on),
            Suspension.state.not_in([SuspensionState.PLANNED, SuspensionState.CANCELLED]),
        )
        .order_by(Suspension.id)
        .first()
    )
    return {
        "matter": "医保协议继续履行",
        "agreement": _agreement(case),
        "basis": _basis(book, said),
        "suspended_on": _day(row.starts_on) if row else "",
        "asked_on": _day(row.resume_asked_on) if row else "",
        "resumed_on": _day(on),
        "reasons": "；".join(text for text in (said["label"], str(said.get("reason") or "")) if text),
    }


def termination(case: Case, said: Mapping[str, Any], book: Book) -> dict[str, Any]:
    """Return the grounds word for word with their evidence, the day, and the ban that follows."""
    effective = _day(said.get("effective_on") or said["on"])
    return {
        "matter": WISHES[ExitWish.TERMINATE],
        "agreement": _agreement(case),
        "basis": _basis(book, said),
        "grounds": _grounds(book, said),
        "effective_on": effective,
        "ban": _ban(book, said, effective),
        "remedies": _remedies(book),
    }


def reply(case: Case, said: Mapping[str, Any], book: Book) -> dict[str, Any]:
    """Return what was asked for in annex 12 and the answer; a refusal names its reason and the remedies."""
    request = ExitRequest.get(ExitRequest.case == case.id)
    is_agreed = said["action"] == "approve_exit"
    return {
        "matter": f"申请{WISHES[request.wish]}",
        "wish": request.wish,
        "agreement": _agreement(request.agreement),
        "basis": _basis(book, said),
        "asked_on": _day(request.asked_on),
        "from_on": _day(request.from_on),
        "until_on": _day(request.until_on),
        "asked_for": request.reason,
        "answer": "同意" if is_agreed else "不同意",
        "reasons": str(said.get("reason") or ""),
        "cap": describe(book.clocks[CAP]).replace(" ", ""),
        "remedies": "" if is_agreed else _remedies(book),
    }


def _ban(book: Book, said: Mapping[str, Any], effective: str) -> str:
    """Return how long the institution may not apply again and why, or nothing."""
    clock = BAN_CLOCKS.get(said.get("ban_class") or BanClass.NONE)
    if clock is None:
        return ""
    rule, reason = book.clocks[clock], str(said.get("ban_reason") or "")
    barred = f"自{effective}起{describe(rule).replace(' ', '')}内不得再次申请定点。依据：{rule.article}。"
    return barred + (f"事由：{reason}" if reason else "")


def _agreement(case: Case) -> str:
    """Return the number of the agreement: that of a paper this product did not number, or of its document."""
    row = Agreement.get_or_none(Agreement.case == case.id)
    if row is None:
        return ""
    return row.document.number if row.document_id else row.own_number


def _basis(book: Book, said: Mapping[str, Any]) -> str:
    """Return the articles under which it was decided: those of the chosen grounds, or that of the step."""
    heads = dict.fromkeys(row["article"].partition("（")[0] for row in _grounds(book, said))
    return f"《{book.name}》{'、'.join(heads) or said['article']}"


def _grounds(book: Book, said: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the chosen grounds in printed order, each with what was recorded for it."""
    chosen, evidence = said.get("grounds") or (), said.get("evidence") or {}
    return [
        {"text": row.text, "article": row.article, "note": str(evidence.get(row.key) or "")}
        for row in book.grounds
        if row.key in chosen
    ]


def _remedies(book: Book) -> str:
    """Return the paths of a dispute as one line, or nothing where the book names none."""
    rows = book.choices_of("remedy")
    return f"{'；'.join(row.label for row in rows)}（{rows[0].article}）" if rows else ""


def _day(day: date | str | None) -> str:
    """Return a day as it is printed: 2026年6月1日; nothing for none."""
    found = as_day(day) if day else None
    return f"{found.year}年{found.month}月{found.day}日" if found else ""


CONTENTS: dict[str, Callable[[Case, Mapping[str, Any], Book], dict[str, Any]]] = {
    "suspension_notice": suspension,
    "resumption_notice": resumption,
    "termination_notice": termination,
    "exit_reply": reply,
}
