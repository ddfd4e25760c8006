"""What a review sheet says as a whole: how far it is, whether it passes, who still has to sign."""

from dataclasses import dataclass

from models import Case, CaseSheet, Finding, GroupMember, SheetMark, SheetSignature, User


@dataclass(frozen=True)
class Progress:
    """A sheet in figures. unsigned: names of the members who have not signed, in order of appointment."""

    total: int
    done: int
    failed: int
    unsigned: tuple[str, ...]

    @property
    def left(self) -> int:
        return self.total - self.done

    @property
    def is_signed(self) -> bool:
        return self.total > 0 and not self.left and not self.unsigned


def sheet_of(case: Case, stage: str) -> CaseSheet | None:
    """Return the case's sheet of `stage` in the present round, or None before it is opened."""
    return CaseSheet.get_or_none(
        CaseSheet.case == case, CaseSheet.stage == stage, CaseSheet.round == case.round
    )


def group(case: Case) -> list[GroupMember]:
    """Return the members of the case's review group in the present round, in order of appointment."""
    return list(
        GroupMember.select(GroupMember, User)
        .join(User)
        .where(GroupMember.case == case, GroupMember.round == case.round, GroupMember.left_at.is_null())
        .order_by(GroupMember.id)
    )


def progress(case: Case, stage: str) -> Progress:
    """Return the figures of the case's sheet of `stage`; all zero before it is opened."""
    sheet = sheet_of(case, stage)
    if sheet is None:
        return Progress(0, 0, 0, ())
    findings = [
        row[0] for row in SheetMark.select(SheetMark.finding).where(SheetMark.sheet == sheet).tuples()
    ]
    signed = {
        row[0]
        for row in SheetSignature.select(SheetSignature.user)
        .where(SheetSignature.sheet == sheet, SheetSignature.voided_at.is_null())
        .tuples()
    }
    return Progress(
        total=len(findings),
        done=sum(finding != Finding.OPEN for finding in findings),
        failed=findings.count(Finding.FAIL),
        unsigned=tuple(member.user.name for member in group(case) if member.user_id not in signed),
    )
