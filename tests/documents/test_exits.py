"""Annex 12 filled from register and request, and what the notices of exits say."""

from datetime import date

import pytest

from documents import case_forms, printing
from lifecycle import exits, papers
from models import Case, Credential, Document, Institution, RectificationItem, Role, Suspension
from tests.builders import a_person, hand_of, step
from tests.documents.test_annexes import BOOK, text_of
from tests.lifecycle.stations import an_agreement
from tests.lifecycle.test_exits import agreed, asked, ends, imposed

PROFILE = {
    "level": "二级",
    "district": "安澜县",
    "postcode": "252400",
    "uscc_paper": "事业单位法人证书",
    "registration_type": "事业单位",
    "insurances": "职工基本医疗保险",
    "departments": "内科、外科",
}
REMEDIES = "争议解决途径：自行协商；请求同级医疗保障行政部门协调处理；行政复议；行政诉讼（第三十五条）。"
RULES = "《聊城市医药机构医疗保障定点管理经办规程（暂行）》"


def printed(kind: str) -> str:
    """The newest document of `kind` as it is printed, without spaces."""
    return text_of(printing.word(Document.select().where(Document.kind == kind).order_by(-Document.id).get()))


def annex_12(request: Case) -> str:
    return text_of(case_forms.case_form(Case.get_by_id(request.id), "exit_form", BOOK, region="聊城市"))


@pytest.mark.clause("LC-33-2", "LC-A12-1", "LC-A12-2", "LC-A12-3", "LC-A12-4")
def test_annex_12_of_a_hospital_is_filled_from_register_and_request(app):
    case = an_agreement(
        name="安澜县博济医院",
        grade="二级甲等",
        category="综合医院",
        ownership="民营",
        is_for_profit=False,
        profile=PROFILE,
        legal_representative=a_person("陶云峰"),
        principal=a_person("欧阳若兰"),
    )
    mine = case.institution
    Credential.create(
        institution=mine, kind="licence", title="医疗机构执业许可证", valid_until=date(2030, 6, 30)
    )
    text = annex_12(asked(case, "suspend", insurance="居民基本医疗保险"))
    for line in (
        "医疗机构名称安澜县博济医院机构级别二级地址安澜县沙堤镇文昌街66号机构等级二级甲等",
        "所在区县安澜县邮政编码252400机构类别综合医院经营类别非营利所有制形式民营床位80",
        f"统一社会信用代码证照名称事业单位法人证书统一社会信用代码{mine.uscc}",
        f"执业许可证登记号{mine.licence_no}注册类型事业单位",
        f"法定代表人(身份证号)陶云峰({mine.legal_representative.id_masked})",
        f"主要负责人(身份证号)欧阳若兰({mine.principal.id_masked})",
        "许可证有效期限2030年6月30日申请定点险种居民基本医疗保险诊疗科目内科、外科申请理由院区搬迁",
        "申请事项☑中止医保协议☐解除医保协议☐不再续签医保协议",
        "申请聊城市医疗保障定点医疗机构协议中止，暂停时间从2026年9月1日开始，并郑重承诺：",
        "申请日期：2026年6月1日",
    ):
        assert line in text


@pytest.mark.clause("LC-33-2", "LC-A12-3", "LC-A12-4")
@pytest.mark.parametrize(
    ("wish", "ticked", "pledge"),
    [
        ("suspend", "☑中止医保协议☐解除医保协议☐不再续签医保协议", "零售药店协议中止，暂停时间从"),
        ("terminate", "☐中止医保协议☑解除医保协议☐不再续签医保协议", "零售药店协议解除，解除时间从"),
        ("not_renew", "☐中止医保协议☐解除医保协议☑不再续签医保协议", "零售药店协议不再续签，不再续签时间从"),
    ],
)
def test_annex_12_says_what_was_chosen_for_the_kind_of_institution(app, wish, ticked, pledge):
    case = an_agreement(kind="pharmacy", profile={"business_scope": "中成药、化学药"}, business_model="连锁")
    text = annex_12(asked(case, wish))
    assert ticked in text
    assert f"申请聊城市医疗保障定点{pledge}2026年9月1日开始" in text
    assert ("药品经营范围中成药、化学药" in text, "经营类别连锁" in text) == (True, True)
    assert "医疗机构名称" not in text


def test_what_the_register_does_not_know_stays_a_blank_of_annex_12(app):
    text = annex_12(asked(an_agreement(), "terminate"))
    assert "许可证有效期限年月日申请定点险种诊疗科目申请理由院区搬迁" in text
    assert "主要负责人(身份证号)许可证" in text


def test_only_an_exit_has_annex_12(app):
    case = an_agreement()
    request = asked(case, "suspend")
    forms = [case_forms.forms_of(row, BOOK) for row in (case, Case.get_by_id(request.id))]
    assert [[form.key for form in row] for row in forms] == [[], ["exit_form"]]


def test_a_suspension_notice_gives_the_ground_word_for_word_the_days_and_the_consequence(app):
    imposed(an_agreement())
    text = printed("suspension_notice")
    for line in (
        f"办理事项中止医保协议依据{RULES}第二十九条中止情形"
        "1.未按规定向经办机构及医疗保障行政部门提供有关数据或提供数据不真实的。依据：第二十九条（二）。"
        "事实和证据：应于5月报送进销存数据，逾期未报查明事实两次催报未报",
        "中止时间自2026年6月1日起至2026年8月31日止，含起止当日整改事项1.补报进销存数据",
        "中止期间发生的医保费用不予结算（个人账户定点暂停刷取社保卡）。",
        "中止期结束，未超过协议有效期的，协议继续履行；超过协议有效期的，协议自动终止。",
        REMEDIES,
    ):
        assert line in text
    assert ("送达定点医药机构" in text, "定点申请" in text) == (True, False)


def test_a_suspension_for_a_new_owner_lasts_until_the_new_evaluation_is_decided(app):
    case = an_agreement()
    step(case, "suspend_entity", Role.MANAGER, date(2026, 6, 1), reason="医院整体转让")
    text = printed("suspension_notice")
    assert "中止情形1.因主体变化中止。依据：第二十三条。查明事实医院整体转让" in text
    assert "自2026年6月1日起，至重新组织审核评估作出结论之日止" in text
    assert "中止期结束，未超过协议有效期" not in text


def test_a_resumption_notice_names_both_days_and_the_cause(app):
    case = an_agreement()
    imposed(case)
    hand = hand_of(Role.AGREEMENT, today=date(2026, 7, 1))
    item = RectificationItem.get()
    exits.mark_item(item, state="done", on=hand.today, note="已核", hand=hand, version=item.version)
    step(case, "resume_early", Role.MANAGER, date(2026, 7, 1), reason="已补报数据")
    text = printed("resumption_notice")
    assert "中止开始2026年6月1日继续履行自2026年7月1日起继续履行协议事由提前恢复履行；已补报数据" in text
    assert "自继续履行之日起，医保费用按医保协议结算" in text


def test_a_termination_notice_gives_grounds_day_consequence_and_ban(app):
    ends(an_agreement())
    text = printed("termination_notice")
    for line in (
        f"依据{RULES}第三十一条解除情形"
        "1.经医疗保障部门和其他有关部门查实有欺诈骗保行为的。依据：第三十一条（四）。"
        "事实和证据：市医保局聊医保罚字〔2026〕3号解除日期自2026年7月1日起解除"
        "限制申请自2026年7月1日起3年内不得再次申请定点。依据：第十条（六）。事由：查实骗取医保基金",
        "产生的医药费用，医疗保障基金不再结算（个人账户定点停止刷取社保卡）",
        REMEDIES,
    ):
        assert line in text


def test_a_termination_without_a_ban_says_nothing_of_one(app):
    ends(an_agreement(), ban_class="none")
    assert "限制申请" not in printed("termination_notice")


def test_the_reply_to_a_request_repeats_it_and_warns_of_the_180_days(app):
    agreed(asked(an_agreement(), "suspend", until_on=date(2026, 12, 31)))
    text = printed("exit_reply")
    assert "申请日期2026年6月1日申请时间中止时间：自2026年9月1日起至2026年12月31日止" in text
    assert "批复意见同意结算和告知中止期间发生的医保费用不予结算" in text
    assert "超过180日仍未提出继续履行协议申请的，协议自动终止。" in text
    assert "争议解决途径" not in text


def test_a_refusal_names_its_reason_and_the_remedies(app):
    request = asked(an_agreement(), "terminate")
    step(request, "refuse_exit", Role.MANAGER, date(2026, 6, 3), reason="辖区内只有这一家透析机构")
    text = printed("exit_reply")
    assert "批复意见不同意理由辖区内只有这一家透析机构结算和告知医保协议继续履行。" + REMEDIES in text


@pytest.mark.parametrize("days", [0, 9])
def test_a_suspension_notice_issued_anew_says_the_same(app, days):
    """Begun, and planned for a later day: the plan leaves the case where it was."""
    case = an_agreement()
    imposed(case, starts_on=date(2026, 6, 1 + days), today=date(2026, 6, 1))
    first = printed("suspension_notice")
    hand = hand_of(Role.MANAGER, today=date(2026, 6, 1))
    fresh = papers.reissue(Document.get(Document.kind == "suspension_notice"), hand=hand, reason="错字")
    assert fresh.number == "安医保中止字〔2026〕2号"
    assert printed("suspension_notice") == first.replace("〔2026〕1号", "〔2026〕2号")
    assert Suspension.get().document == fresh


def test_a_resumption_notice_and_a_reply_issued_anew_say_the_same(app):
    case = an_agreement()
    request = agreed(asked(case, "suspend"))
    step(case, "suspend_entity", Role.MANAGER, date(2026, 6, 4), reason="转让")
    Case.update(state="qualified").where(Case.origin == case.id, Case.matter == "application").execute()
    step(case, "resume_entity", Role.MANAGER, date(2026, 6, 5), reason="评估合格")
    hand = hand_of(Role.MANAGER, today=date(2026, 6, 5))
    for kind, word in (("resumption_notice", "恢复"), ("exit_reply", "退")):
        first = printed(kind)
        papers.reissue(Document.get(Document.kind == kind), hand=hand, reason="错字")
        again = printed(kind).replace(f"{word}字〔2026〕2号", f"{word}字〔2026〕1号")
        assert again.split("注：")[0] == first.split("注：")[0]
    assert Case.get_by_id(request.id).state == "approved"


def test_a_notice_is_frozen_when_the_register_changes(app):
    imposed(an_agreement())
    first = printed("suspension_notice")
    Institution.update(name="改名医院", address="别处").execute()
    assert printed("suspension_notice") == first
