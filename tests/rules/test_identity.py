"""Numbers of institutions and people: what is taken, what is refused and in which words."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum.cn import ric

from rules.identity import (
    check_institution_code,
    check_phone,
    check_resident_id,
    check_uscc,
    mask_id,
    mask_phone,
    warn_institution_code,
    warn_resident_id,
)

TODAY = date(2026, 11, 22)
LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def an_id(first17):
    return first17 + ric.calc_check_digit(first17 + "0")


def refusal(check, *args):
    with pytest.raises(ValueError) as told:
        check(*args)
    return str(told.value)


# --- Unified social credit code ---


@pytest.mark.parametrize(
    "text",
    [
        "91110000600037341L",
        " 91110000600037341l ",
        "９１１１００００６０００３７３４１Ｌ",
        "911100006000 37341L\u200b",
    ],
)
def test_a_credit_code_is_taken_however_it_was_typed(text):
    assert check_uscc(text) == "91110000600037341L"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("91110000600037341", "统一社会信用代码应为 18 位，现为 17 位"),
        ("", "统一社会信用代码应为 18 位，现为 0 位"),
        ("911100006000373411", "校验位不对：第 18 位应为 L，请对照营业执照核对"),
        ("9111000060003734IL", "第 17 位“I”不能用于信用代码，字母中没有 I、O、S、V、Z"),
        ("O1110000600037341L", "第 1 位“O”不能用于信用代码，字母中没有 I、O、S、V、Z"),
        ("9111A000600037341L", "信用代码第 3 至 8 位应为数字，请对照营业执照核对"),
        ("0" * 18, "统一社会信用代码不能全是 0"),
    ],
)
def test_a_credit_code_is_refused_in_words(text, sentence):
    assert refusal(check_uscc, text) == sentence


def test_a_credit_code_may_begin_with_a_letter():
    code = "N2110000600037341"
    right = next(code + letter for letter in LETTERS if is_taken(check_uscc, code + letter))
    assert check_uscc(right) == right


def is_taken(check, *args):
    try:
        check(*args)
    except ValueError:
        return False
    return True


@given(st.integers(8, 17), st.sampled_from(LETTERS))
def test_one_wrong_letter_never_passes(position, letter):
    code = "91110000600037341L"
    typed = code[:position] + letter + code[position + 1 :]
    assert is_taken(check_uscc, typed) == (typed == code)


# --- Resident id ---


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002X",
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        " 110105 19491231 002x",
    ],
)
def test_a_resident_id_is_taken_however_it_was_typed(text):
    assert check_resident_id(text, TODAY) == "11010519491231002X"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("110105194912310021", "校验位不对：第 18 位应为 X，请对照身份证核对"),
        ("110105491231002", "身份证号应为 18 位，现为 15 位"),
        ("1101051949123100AX", "身份证号前 17 位应为数字，末位为数字或 X"),
        ("٣10105194912310021", "身份证号前 17 位应为数字，末位为数字或 X"),
        (an_id("11010519490230002"), "第 7 至 14 位 19490230 不是有效的出生日期"),
        (an_id("11010518991231002"), "出生日期 1899-12-31 应在 1900 年以后、今日以前"),
        (an_id("11010520261123002"), "出生日期 2026-11-23 应在 1900 年以后、今日以前"),
    ],
)
def test_a_resident_id_is_refused_in_words(text, sentence):
    assert refusal(check_resident_id, text, TODAY) == sentence


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999))
@example(date(1900, 1, 1), 1)
@example(TODAY, 1)
def test_every_birth_from_1900_to_today_is_taken(born_on, order):
    number = an_id(f"371581{born_on:%Y%m%d}{order:03}")
    assert check_resident_id(number, TODAY) == number


def test_a_region_abolished_before_the_birth_is_no_ground_of_refusal():
    number = an_id("37250120050101001")  # 聊城市 as a county-level city, until 1997
    assert check_resident_id(number, TODAY) == number
    assert warn_resident_id(number) == ""


def test_an_unknown_region_is_a_warning():
    assert (
        warn_resident_id(an_id("99999919900101001"))
        == "前 6 位 999999 不是已知的行政区划代码，请对照身份证核对"
    )
    assert warn_resident_id(an_id("83000019900101001")) == ""  # residence permit of a Taiwan resident


# --- Phone ---


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("13800002607", "13800002607"),
        ("138 0000 2607", "13800002607"),
        ("+86-138-0000-2607", "13800002607"),
        ("０６３５－８２３９０２６", "0635-8239026"),
        ("06358239026", "0635-8239026"),
        ("0635—8239026-801", "0635-8239026-801"),
        ("01065251234", "010-65251234"),
        ("02165251234", "021-65251234"),
    ],
)
def test_a_phone_number_is_taken(text, number):
    assert check_phone(text) == number


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1386350271", "手机号应为 11 位，现为 10 位"),
        ("138000026077", "手机号应为 11 位，现为 12 位"),
        ("8239026", "固定电话应为区号加 7 至 8 位号码，如 0635-1234567"),
        ("0635-82390", "固定电话应为区号加 7 至 8 位号码，如 0635-1234567"),
        ("无", "联系电话只能填数字和短横线"),
        ("", "联系电话只能填数字和短横线"),
    ],
)
def test_a_phone_number_is_refused_in_words(text, sentence):
    assert refusal(check_phone, text) == sentence


# --- Designation code ---


def test_the_designation_code_begins_with_the_letter_of_its_kind():
    assert check_institution_code(" h37159900218 ", "medical") == "H37159900218"
    assert check_institution_code("P37159900218", "pharmacy") == "P37159900218"
    assert (
        refusal(check_institution_code, "P37159900218", "medical") == "定点医疗机构的编号应为 H 加 11 位数字"
    )
    assert (
        refusal(check_institution_code, "H37159900218", "pharmacy") == "定点零售药店的编号应为 P 加 11 位数字"
    )
    assert refusal(check_institution_code, "H3715990021", "medical") == "定点编号应为 12 位，现为 11 位"


def test_another_region_in_the_designation_code_is_a_warning():
    assert warn_institution_code("H37159900218", "371599") == ""
    told = warn_institution_code("H37158100218", "371599")
    assert told == "编号第 2 至 7 位 371581 与本地区划 371599 不一致，请核对"


# --- Masks ---


def test_masks_leave_the_ends():
    assert mask_id("371581199001012815") == "3715**********2815"
    assert mask_phone("13800002607") == "138****2607"
    assert mask_phone("0635-8239026") == "063*****9026"


@given(st.text("0123456789", max_size=10))
def test_a_short_number_is_hidden_wholly(number):
    assert mask_id(number) == "*" * len(number)
