"""What a case page shows: stations, documents, attachments, who may take it over."""

from typing import Any

from peewee import JOIN

from blueprints import words
from blueprints.filed_changes import filed_changes
from lifecycle import bans, case_checks, fund, intake
from lifecycle.cases import facts
from lifecycle.corrections import may_correct
from lifecycle.hand import Hand
from lifecycle.memberships import is_staff
from lifecycle.steps import last_step
from models import (
    Application,
    Attachment,
    Case,
    CaseMaterial,
    Document,
    MaterialState,
    Matter,
    ProofOfService,
    StepTaken,
    User,
)
from rules.rows import Step


def documents(case: Case) -> list[Document]:
    """Return the documents of a case, newest first, each with its proof of service as `.proof` or None."""
    return list(
        Document.select(Document, ProofOfService)
        .join(ProofOfService, JOIN.LEFT_OUTER, on=(ProofOfService.document == Document.id), attr="proof")
        .where(Document.case == case)
        .order_by(Document.id.desc())
    )


def attachments(case: Case) -> list[Attachment]:
    """Return the files of a case that were not removed, without those of its material list."""
    return list(
        Attachment.select(Attachment, User)
        .join(User)
        .where(Attachment.case == case, Attachment.removed_at.is_null(), Attachment.material.is_null())
        .order_by(Attachment.id)
    )


def attachment(case: Case, attachment_id: int) -> Attachment | None:
    """Return one file of the case, removed or not."""
    return Attachment.get_or_none(Attachment.id == attachment_id, Attachment.case == case)


def lacking(case: Case) -> list[CaseMaterial]:
    """Return the materials marked as missing, in printed order."""
    rows = CaseMaterial.select().where(CaseMaterial.case == case, CaseMaterial.state == MaterialState.MISSING)
    return list(rows.order_by(CaseMaterial.no, CaseMaterial.id))


def application_of(case: Case) -> Application | None:
    return Application.get_or_none(Application.case == case)


def applied_for(case: Case, hand: Hand) -> dict[str, Any]:
    """Return what the head of the page says of the application: types as 住院、门诊统筹, its channel, and
    what it changed in the register."""
    application = application_of(case)
    return {
        "types": hand.book_of(case).type_labels(application.types if application else ()),
        "channel": words.CHANNELS[application.channel] if application else "",
        "may_amend": intake.may_amend(case, hand),
        "filed": filed_changes(case),
    }


def checked(case: Case, hand: Hand) -> list[case_checks.Item] | None:
    """Return what is checked before acceptance, for the steps and for the page; None once it is over."""
    is_open = case.matter == Matter.APPLICATION and case.state in case_checks.OPEN_STATES
    return case_checks.items(case, hand) if is_open else None


def colleagues(case: Case) -> list[User]:
    """Return the active staff of the case's office."""
    return list(
        User.select()
        .where(User.office == case.office_id, User.is_active, User.username != "system", is_staff())
        .order_by(User.name)
    )


def correctable_steps(case: Case, hand: Hand) -> list[StepTaken]:
    """Return the steps of the case whose day this person may correct, newest first."""
    rows = StepTaken.select().where(StepTaken.case == case, StepTaken.undone_at.is_null())
    return [step for step in rows.order_by(StepTaken.id.desc()) if may_correct(case, step, hand)]


def taken_step(case: Case, step_id: int) -> StepTaken | None:
    return StepTaken.get_or_none(
        StepTaken.id == step_id, StepTaken.case == case, StepTaken.undone_at.is_null()
    )


def newest_step(case: Case) -> StepTaken | None:
    return last_step(case)


def ground_choices(case: Case, hand: Hand) -> list[tuple[str, str]]:
    """Return the refusal grounds that apply to the case, those first that a standing ban proves."""
    book = hand.book_of(case)
    proven = {ban.rule for ban in bans.standing(case.institution, hand.today)}
    grounds = sorted(book.grounds_for("refusal", facts(case)), key=lambda g: not (g.ban and g.ban in proven))
    return [
        (g.key, f"{g.text}（{g.article}）" + ("，本机构有此记录" if g.ban in proven and g.ban else ""))
        for g in grounds
    ]


def preset(case: Case, step: Step, hand: Hand) -> dict[str, list[str]]:
    """Return what a step's form shows from the start: the grounds that were found before acceptance."""
    if "grounds" not in step.asks:
        return {}
    return {"grounds": case_checks.found_grounds(case_checks.items(case, hand))}


def ban_hints(case: Case, hand: Hand) -> list[str]:
    """Return what the bans that stand against the institution say, and the guard of the fund."""
    book, application = hand.book_of(case), application_of(case)
    told = [bans.sentence(ban, book) for ban in bans.standing(case.institution, hand.today)]
    return told + (fund.warnings(application, hand) if application else [])
