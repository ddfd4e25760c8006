"""Service recorded and put right, scans of the proof, prints and the batch of papers."""

from collections.abc import Sequence
from datetime import date

from documents.bundle import Bundle
from documents.case_forms import papers_of
from lifecycle import audit, corrections, files, long_tasks, papers, register
from lifecycle.db import write_tx
from lifecycle.errors import NotAllowed, Unmet
from lifecycle.hand import Hand
from models import Attachment, Case, Document, Institution, LongTask, ProofOfService

RECEIPT = "receipt"
Scan = tuple[str, bytes]  # file name and content


def serve(documents: Sequence[Document], *, hand: Hand, scan: Scan | None = None, **proof: object) -> None:
    """Record that `documents` were served together (annex 6), each with the scan; all or none.

    proof: as lifecycle.papers.serve takes it. Raises as it does, and Unmet for a scan that cannot be kept.
    """
    with files.kept_together() as stored, write_tx():
        for document in documents:
            papers.serve(document, hand=hand, **proof)
            if scan:
                stored.append(_keep(document, scan, hand, None))


def store_scan(document: Document, scan: Scan | None, *, hand: Hand) -> bool:
    """Keep the scan of the proof of `document`; return whether it is the first. The one before stays, marked.

    Raises Unmet without a file or before the service is recorded, NotAllowed for another office's document.
    """
    if scan is None:
        raise Unmet(["请选择回执扫描件"])
    if document.office_id != hand.actor.office_id:
        raise NotAllowed("由出具文书的经办机构办理")
    if not ProofOfService.get_or_none(ProofOfService.document == document):
        raise Unmet(["请先登记送达，再上传回执扫描件"])
    with write_tx():
        before = (
            Attachment.select()
            .where(Attachment.document == document, Attachment.removed_at.is_null())
            .order_by(Attachment.id.desc())
            .first()
        )
        _keep(document, scan, hand, before)
    return before is None


def _keep(document: Document, scan: Scan, hand: Hand, before: Attachment | None) -> Attachment:
    name, content = scan
    return files.store_file(
        document.case,
        purpose=RECEIPT,
        filename=name,
        content=content,
        hand=hand,
        document=document,
        replaces=before,
    )


def correct_served(proof: ProofOfService, *, hand: Hand, served_on: date, reason: str, version: int) -> bool:
    """Correct the served day and return whether a lapse was taken back because of it.

    Raises as lifecycle.papers.correct_served does; then nothing is written.
    """
    with write_tx():
        papers.correct_served(proof, hand=hand, served_on=served_on, reason=reason, version=version)
        return corrections.recheck_lapse(proof.document.case, hand, f"送达日期更正：{reason}")


def note_export(what: str, count: int, *, hand: Hand) -> None:
    """Record in the office's stream that a list was taken out of the product."""
    with write_tx():
        audit.record(f"office:{hand.actor.office_id}", "export", hand=hand, what=what, rows=count)


def note_print(case: Case, name: str, *, hand: Hand) -> None:
    """Record in the case's stream that a form was printed with its data."""
    with write_tx():
        audit.record(audit.of_case(case), "print", hand=hand, case=case, name=name)


def reveal_for_print(case: Case, *, hand: Hand) -> str:
    """Return the whole resident id that annex 2 prints, leaving an event of the reveal and one of the print.

    Raises Unmet if the institution has no such person.
    """
    institution = case.institution
    role = "legal_representative" if institution.legal_representative_id else "principal"
    with write_tx():
        number = register.reveal(institution, role, hand=hand)
        note_print(case, "附件2 定点申请表（完整证件号）", hand=hand)
    return number


def start_batch(case_ids: Sequence[int], *, hand: Hand) -> LongTask:
    """Return the task that packs the papers of the cases into one zip, a folder each; for its owner alone."""

    def work(task_id: int, report: long_tasks.Report) -> None:
        packed, bundle = {}, Bundle()
        for done, case in enumerate(_cases(case_ids), 1):
            folder = f"{case.number} {case.institution.name}"
            region = hand.region_of(case.office).name
            packed[case] = bundle.add_all(folder, papers_of(case, hand.book_of(case), region))
            report(done)
        _hand_out(task_id, packed, bundle, hand)

    title = f"打包 {len(case_ids)} 件办件的文书"
    return long_tasks.start(
        "papers", title, hand=hand, work=work, total=len(case_ids), data={"is_personal": True}
    )


def _cases(case_ids: Sequence[int]) -> list[Case]:
    rows = Case.select(Case, Institution).join(Institution).where(Case.id.in_(list(case_ids)))
    return list(rows.order_by(Case.number))


def _hand_out(task_id: int, packed: dict[Case, int], bundle: Bundle, hand: Hand) -> None:
    """Finish the task and leave an event in each case, both or neither."""
    outcome = long_tasks.Outcome(bundle.content(), f"文书_{len(packed)}件_{hand.today:%Y%m%d}.zip")
    with write_tx():
        for case, count in packed.items():
            note_print(case, f"全部文书（{count} 个文件）", hand=hand)
        if not long_tasks.finish(task_id, outcome):
            raise long_tasks.Cancelled
