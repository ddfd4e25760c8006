"""Registering as an operation: by the window, and by a provider for its own institution alone."""

from datetime import date

import pytest

from lifecycle import intake
from lifecycle.errors import Conflict, NotAllowed, Unmet
from models import Application, Case, Event, Institution, Role, User
from tests.builders import a_user, an_application, an_institution, an_office, hand_of
from tests.intake.test_operations import TYPED
from tests.providers import a_provider, provider_hand


def the_form(institution, **more):
    """What a form says of an institution that stays as the register has it."""
    return intake.Typed(institution={}, persons={}, application=dict(TYPED["application"]), **more)


@pytest.mark.clause("ZJ-05-1")
def test_a_provider_files_for_itself_online_and_the_least_busy_clerk_handles_it(app):
    busy, free = (a_user(Role.CLERK, name=name) for name in ("周敏", "吴琳"))
    Case.update(handler=busy).where(Case.id == an_application().id).execute()
    User.update(is_active=False).where(User.id.not_in([busy.id, free.id])).execute()
    institution = an_institution()
    case = intake.register_application(
        the_form(institution), hand=provider_hand(a_provider(institution)), institution=institution
    )
    assert (case.state, case.is_on_behalf, case.handler.name) == ("filed", False, "吴琳")
    assert (Application.get(Application.case == case).channel, case.office) == ("online", institution.office)


def test_an_office_without_a_clerk_cannot_be_applied_to(app):
    institution = an_institution(office=an_office("清源县医疗保险事业中心", "清医保"))
    with pytest.raises(Unmet, match="还没有受理岗账号"):
        intake.register_application(
            the_form(institution), hand=provider_hand(a_provider(institution)), institution=institution
        )


def test_a_provider_applies_for_its_own_institution_alone(app):
    hand = provider_hand(a_provider())
    with pytest.raises(NotAllowed, match="只能为本账号绑定的机构申请"):
        intake.register_application(the_form(None), hand=hand, institution=an_institution())
    with pytest.raises(NotAllowed, match="只能为本账号绑定的机构申请"):
        intake.register_application(intake.Typed(**TYPED), hand=hand)


@pytest.mark.clause("LC-05-1-2")
def test_a_clerk_is_told_which_office_an_institution_belongs_to(app):
    city = an_office("市医疗保险事业中心", "市医保", level="city", address="东昌路 1 号", phone="0635-1")
    municipal = an_institution(name="市人民医院", office=city)
    with pytest.raises(NotAllowed) as refusal:
        intake.register_application(the_form(municipal), hand=hand_of(Role.CLERK), institution=municipal)
    assert refusal.value.sentences == (
        "“市人民医院”由市医疗保险事业中心经办，本机构不能登记，"
        "请到该机构申请：市医疗保险事业中心，东昌路 1 号，0635-1",
    )
    case = intake.register_application(
        the_form(municipal), hand=hand_of(Role.CLERK, office=city), institution=municipal
    )
    assert case.office == city


def amended(case, **more):
    typed = the_form(case.institution, **{"reason": "录入有误", **more})
    return intake.amend_application(case, typed, hand=hand_of(Role.CLERK))


def test_what_was_filed_is_put_right_by_a_clerk_with_a_reason(app):
    case = an_application()
    with pytest.raises(Unmet, match="请写明修改原因"):
        amended(case, reason="")
    with pytest.raises(NotAllowed):
        intake.amend_application(case, the_form(None, reason="改"), hand=hand_of(Role.REVIEWER))
    with pytest.raises(Conflict):
        amended(case, versions={"application": 7})
    amended(case)
    application = Application.get()
    assert (application.operating_since, application.version) == (date(2024, 5, 1), 2)
    assert Event.select().where(Event.action == "amend_application").count() == 0  # nothing was different


def test_the_register_follows_a_correction(app):
    case = an_application()
    typed = intake.Typed(
        **{**TYPED, "institution": {"address": "新街 1 号"}, "persons": {}}, reason="门牌有误"
    )
    intake.amend_application(case, typed, hand=hand_of(Role.CLERK))
    assert Institution.get().address == "新街 1 号"
