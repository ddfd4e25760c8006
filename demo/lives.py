"""The lives of the demo's cases: generators that yield the day on which they go on, and take real steps."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from blueprints.agreements import operations as agreements
from blueprints.decisions import operations as decisions
from blueprints.notices import operations as notices
from blueprints.review import group_operations as groups
from blueprints.review import operations as review
from demo import changing, furnish, leaving
from demo import world as stage
from demo.places import Place
from demo.world import PDF, World
from lifecycle import case_checks, files, materials, papers, sheets, steps
from lifecycle.hand import Hand
from models import Agreement, Case, CaseMaterial, Complaint, Document, Finding, SheetMark

# Workdays between one step and the next.
PACE = {
    "accept": 2,
    "review": 1,
    "desk": 4,
    "on_site": 6,
    "result": 2,
    "publish": 1,
    "approve": 2,
    "city": 3,
    "final": 2,
    "list": 1,
    "agree": 2,
    "sign": 6,
    "connect": 9,
}
TALK = {
    "place": "二楼谈判室",
    "negotiators": "李瑞芳、王素梅",
    "counterparts": "医保办主任",
    "subject": "定点协议主要条款",
    "content": "就总额指标、结算方式、违约责任逐条协商。",
}


@dataclass(frozen=True)
class Plan:
    """What becomes of an application: the state it stops in, and its last step's age in workdays."""

    until: str
    ago: int = 1
    kind: str = "medical"
    inpatient: bool | None = None
    serve: bool = True  # whether its last document was served
    renews: bool = False  # its renewal is marked open before the term ends
    change: str = ""  # what becomes of a change of its information: changing.CHANGES
    ending: str = ""  # how its agreement is suspended or left: leaving.ENDINGS


class Life:
    """One application with those who work on it."""

    def __init__(self, world: World, place: Place, plan: Plan) -> None:
        self.world, self.place, self.plan = world, place, plan
        self.office = world.offices[place.district]
        self.is_city = place.district == "市直"
        self.case: Case

    def hand(self, post: str) -> Hand:
        prefix = "city" if self.is_city else ""
        posts = {"reviewer1": "cityreviewer", "reviewer2": "cityreviewer2", "leader": "citymanager"}
        name = posts.get(post, prefix + post) if self.is_city else post
        return self.world.hand(self.office, name)

    def take(self, action: str, post: str, reason: str = "", **data: object) -> None:
        self.case = steps.take_step(
            Case.get_by_id(self.case.id), action, hand=self.hand(post), reason=reason, data=data
        )

    def serve(self) -> None:
        """Serve the newest document of the application on the day the clock shows."""
        self.serve_paper(self.case)

    def serve_paper(self, case: Case) -> None:
        """Serve the newest document of `case` on the day the clock shows."""
        newest = Document.select().where(Document.case == case).order_by(Document.id.desc()).get()
        hand = self.hand("clerk")
        papers.serve(
            newest,
            hand=hand,
            served_on=hand.today,
            way="direct",
            recipient="许传芳",
            phone="13806350001",
            address=newest.data["address"],
        )

    def attach(self, purpose: str, filename: str) -> None:
        files.store_file(self.case, purpose=purpose, filename=filename, content=PDF, hand=self.hand("clerk"))

    def tick(
        self, stage_: str, failed: tuple[int, ...] = (), *, rows: int | None = None, sign: bool = True
    ) -> None:
        """Answer the sheet's rows (the first `rows` of them) and sign it as the whole group."""
        one, two = self.hand("reviewer1"), self.hand("reviewer2")
        review.enter_sheet(self.case, stage_, hand=one)
        sheet = sheets.sheet_of(Case.get_by_id(self.case.id), stage_)
        marks = SheetMark.select().where(SheetMark.sheet == sheet, SheetMark.finding == Finding.OPEN)
        for mark in sorted(list(marks.order_by(SheetMark.no))[:rows], key=lambda mark: mark.no % 3 == 0):
            bad = mark.no in failed
            note = "现场核对与申报材料不一致" if bad else ""
            finding = "fail" if bad else "pass"
            review.mark_row(
                mark, finding=finding, note=note, version=mark.version, hand=two if mark.no % 3 == 0 else one
            )
        if stage_ == "on_site" and rows is None:
            fresh = sheets.sheet_of(self.case, stage_)
            review.note_visit(fresh, visited_on=one.today, remark="", version=fresh.version, hand=one)
        if sign and rows is None:
            for hand in (one, two):
                review.sign(
                    sheets.sheet_of(self.case, stage_),
                    seen=review.board.board(self.case, stage_, hand).seen,
                    hand=hand,
                )


def life(world: World, place: Place, plan: Plan, start: date) -> Iterator[date]:
    """Yield the days of an application's life from `start` until it stands where its plan says."""
    me = Life(world, place, plan)
    yield start
    is_short = plan.until == "filed" and plan.ago == 8
    row = furnish.register_place(world, place, is_short=is_short)
    me.case = stage.apply_for(world, place, row, is_draft=plan.until == "draft")
    if plan.until in ("draft", "filed"):
        return
    yield from _check(me, start)
    if me.case.closed_on or plan.until in ("correction_requested", "abandoned_correction", "accepted"):
        return
    yield from _evaluate(me)
    if Case.get_by_id(me.case.id).state != "qualified" or plan.until == "qualified":
        return
    yield from _decide(me)
    if Case.get_by_id(me.case.id).state != "negotiation" or plan.until == "negotiation":
        return
    yield from _sign(me)
    yield from leaving.leave(me)
    yield from changing.change(me)


def _check(me: Life, start: date) -> Iterator[date]:
    """From receipt to acceptance or its opposite."""
    w, until = me.world, me.plan.until
    day = w.after(start, PACE["accept"])
    yield day
    clerk = me.hand("clerk")
    if until in ("correction_requested", "abandoned_correction"):
        materials.receive_rest(me.case, hand=clerk)
        third = CaseMaterial.get(CaseMaterial.case == me.case, CaseMaterial.no == 3)
        materials.mark_material(third, state="missing", note="缺单位盖章", version=third.version, hand=clerk)
        me.take("request_correction", "clerk")
        if me.plan.serve:
            me.serve()
        return
    materials.receive_rest(me.case, hand=clerk)
    for needs in CaseMaterial.select().where(CaseMaterial.case == me.case, CaseMaterial.state == "received"):
        materials.mark_material(
            needs,
            state="received",
            original_seen=True,
            version=needs.version,
            on=needs.received_on,
            hand=clerk,
        )
    _screen(me, clerk, found="g4" if until == "refused" else "")
    if until == "refused":
        me.take("refuse", "clerk", grounds=["g4"], remark="履行处罚责任后可再次申请")
        me.serve()
    elif until == "withdrawn":
        me.take("withdraw", "clerk", "机构因装修迁址书面申请撤回")
    else:
        me.take("accept", "clerk")
        if me.plan.serve or until != "accepted":
            me.serve()


def _screen(me: Life, clerk: Hand, found: str = "") -> None:
    """Answer the checks before acceptance; `found`: the ground that is present."""
    inquiry = "国家企业信用信息公示系统、信用中国、中国执行信息公开网，未见记录"
    case_checks.mark_rest(me.case, inquiry=inquiry, checked_on=clerk.today, hand=clerk)
    for row in case_checks.items(Case.get_by_id(me.case.id), clerk):
        if row.finding and row.key != found:
            continue
        is_hit = row.key == found
        case_checks.mark(
            me.case,
            row.list,
            row.key,
            finding="hit" if is_hit else "clear",
            evidence="行政处罚决定书罚款尚未缴清" if is_hit else "查看原件，符合要求",
            checked_on=clerk.today,
            version=row.version,
            hand=clerk,
        )


def _evaluate(me: Life) -> Iterator[date]:
    """From the group's appointment to the result, with a second round where the plan wants one."""
    for round_ in (1, 2):
        yield from _review(me, round_)
        state = Case.get_by_id(me.case.id).state
        if state != "rectification" or me.plan.until in ("rectification", "abandoned_rectification"):
            return
        # the earliest day of the second request: three months after service, and a little
        day = me.world.after(me.hand("clerk").today + timedelta(days=93), 3)
        yield day
        me.take("request_reevaluation", "clerk")


# How an application ends whose statements prove untrue: the step and its reason.
UNTRUE = {
    "rejected_fraud": ("record_fraud", "三名医师的执业证系伪造，经卫健部门核实"),
    "abandoned_commitment": ("abandon_by_commitment", "申请表所填营业人员与花名册、社保记录不符"),
}


def _review(me: Life, round_: int) -> Iterator[date]:  # noqa: C901 - one path with its exits
    w, until = me.world, me.plan.until
    yield (day := w.after(me.hand("clerk").today, PACE["review"]))
    one, two = me.hand("reviewer1"), me.hand("reviewer2")
    fields = {one.actor.id: "医疗保障", two.actor.id: "医药卫生"}
    me.case = groups.start_review(me.case, fields, seen=groups.group_stamp(me.case), third_party="", hand=one)
    for member in (one, two):
        groups.pledge(me.case, hand=member)
    fails = until in ("rectification", "abandoned_rectification", "failed_final") or (
        until == "second_round" and round_ == 1
    )
    if until == "desk_review":
        me.tick("desk", rows=7)
        return
    if until in UNTRUE:
        me.attach("evidence", "劳动合同比对记录.pdf")
        action, reason = UNTRUE[until]
        me.take(action, "reviewer1", reason)
        return
    yield (day := w.after(day, PACE["desk"]))
    pharmacy = me.place.kind == "pharmacy"
    me.tick("desk", failed=(6,) if fails and pharmacy else ())
    me.take("fail_desk_review" if fails and pharmacy else "conclude_desk_review", "reviewer1")
    if not pharmacy:
        if until == "on_site":
            me.tick("on_site", rows=9)
            if me.plan.serve:
                return
            me.take("request_supplement", "reviewer1", supplement="影像科资格证原件\n医疗设备清单")
            me.serve()
            return
        yield (day := w.after(day, PACE["on_site"]))
        me.tick("on_site", failed=(1, 2) if fails else ())
        me.take("conclude_on_site", "reviewer1")
    if until == "result_pending":
        return
    yield w.after(day, PACE["result"])
    if fails:
        me.take(
            "disqualify",
            "manager",
            reasons="财务账簿未建立，药品进销存台账不完整",
            advice="建立账簿并补录近三个月台账",
        )
        if me.plan.serve or round_ == 1 and until != "rectification":
            me.serve()
        return
    me.take("qualify", "manager")
    decisions.record_filing(
        me.case,
        kind="department",
        hand=me.hand("manager"),
        filed_on=me.hand("manager").today,
        number="",
        note="",
    )


def _decide(me: Life) -> Iterator[date]:  # noqa: C901 - one path with its exits
    """From publication of the result to the start of negotiation."""
    w, until = me.world, me.plan.until
    yield (day := w.after(me.hand("clerk").today, PACE["publish"]))
    notices.publish(
        [me.case.id],
        "result",
        hand=me.hand("agreement"),
        published_on=day,
        medium="局官网",
        phone="0635-5550110",
    )
    if until == "public_notice":
        return
    if until == "notice_investigation":
        yield w.after(day, 2)
        _complain(me)
        return
    yield (day := w.after(day, 7 + 1 + PACE["approve"] - 1))
    if until == "proposed_pass":
        return
    _meet(me, "decline" if until == "not_selected" else "approve")
    state = Case.get_by_id(me.case.id).state
    if state == "not_selected" or until == "city_review":
        return
    if state == "city_review":
        yield (day := w.after(day, PACE["city"]))
        decisions.review(me.case, is_passed=True, hand=w.hand(w.offices["市直"], "city"), on=day)
        if until == "final_decision":
            return
        yield (day := w.after(day, PACE["final"]))
        _meet(me, "approve")
    if until == "listed":
        return
    yield (day := w.after(day, PACE["list"]))
    notices.publish(
        [me.case.id],
        "supervision",
        hand=me.hand("agreement"),
        published_on=day,
        medium="局官网",
        phone="0635-5550110",
    )
    if until == "supervision_notice":
        return
    yield w.after(day, 5 + 1)


def _complain(me: Life) -> None:
    agreement = me.hand("agreement")
    notices.receive(
        me.case,
        hand=agreement,
        received_on=agreement.today,
        complainant="",
        phone="",
        content="反映该机构夜间无执业医师在岗",
    )
    Complaint.get(Complaint.case == me.case)


def _meet(me: Life, outcome: str) -> None:
    manager = me.hand("manager")
    opinion = "辖区同类机构已满足需求，暂不纳入" if outcome == "decline" else "同意纳入"
    decisions.hold_meeting(
        [decisions.Verdict(me.case.id, outcome, opinion, 5, 0)],
        hand=manager,
        held_on=manager.today,
        place="三楼会议室",
        chair="高永成",
        attendees=["高永成", "郑国栋", "李长青", "王素梅", "刘克勤"],
        minutes="逐一审议评估材料，表决通过。",
    )


def _sign(me: Life) -> Iterator[date]:
    """From negotiation to the signed agreement."""
    w, until = me.world, me.plan.until
    yield (day := w.after(me.hand("clerk").today, PACE["agree"]))
    agreement = me.hand("agreement")
    agreements.negotiate(
        me.case,
        TALK | {"opinion": "对总额指标有异议" if until == "not_agreed" else "对条款无异议"},
        held_on=day,
        is_agreed=until != "not_agreed",
        hand=agreement,
        reason="总额指标未达成一致" if until == "not_agreed" else "",
    )
    if until in ("not_agreed", "signing", "abandoned_signing"):
        return
    yield (day := w.after(day, PACE["sign"]))
    agreements.sign(
        me.case,
        agreements.Signing(day, "2026 年版"),
        hand=me.hand("agreement"),
        upload=agreements.Upload("服务协议（双方签章）.pdf", PDF),
    )
    if me.plan.ago > PACE["connect"]:
        yield (day := w.after(day, PACE["connect"]))
        steps.take_step(Case.get(Case.origin == me.case), "record_connection", hand=me.hand("agreement"))
    if me.plan.renews:
        yield w.after(day, 200)
        agreement = Agreement.get(Agreement.case == Case.get(Case.origin == me.case))
        basis = "年度考核尚未完成"
        agreements.open_renewal(
            agreement, basis=basis, approved_by="高永成", hand=me.hand("agreement"), version=agreement.version
        )
