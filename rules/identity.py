"""Numbers that identify an institution or a person: checked as printed on the licence or card, and masked.

Each `check_` returns the cleaned number or raises ValueError with the sentence for the form; each `warn_`
takes a checked number and returns a sentence or nothing, because a region may have been renamed or left.
"""

import re
import unicodedata
from datetime import date

from stdnum import numdb
from stdnum.cn import ric, uscc

USCC_SHAPE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
USCC_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
FIRST_BIRTH = date(1900, 1, 1)
PERMIT_REGIONS = ("810000", "820000", "830000")  # residence permits of Hong Kong, Macao and Taiwan residents
DASHES = str.maketrans("‐‑‒–—―－−", "--------")
INITIALS = {"medical": ("H", "定点医疗机构"), "pharmacy": ("P", "定点零售药店")}


def check_uscc(text: str) -> str:
    """Return the unified social credit code (统一社会信用代码, GB 32100) in `text`.

    Raises ValueError for a wrong length, letter or check digit, and for eighteen zeros, which pass the sum.
    """
    code = cleaned(text)
    _demand_length(code, 18, "统一社会信用代码")
    if wrong := next((n for n, letter in enumerate(code, 1) if letter not in USCC_LETTERS), 0):
        raise ValueError(f"第 {wrong} 位“{code[wrong - 1]}”不能用于信用代码，字母中没有 I、O、S、V、Z")
    if not USCC_SHAPE.fullmatch(code):
        raise ValueError("信用代码第 3 至 8 位应为数字，请对照营业执照核对")
    if code == "0" * 18:
        raise ValueError("统一社会信用代码不能全是 0")
    if (digit := uscc.calc_check_digit(code)) != code[-1]:
        raise ValueError(f"校验位不对：第 18 位应为 {digit}，请对照营业执照核对")
    return code


def check_resident_id(text: str, today: date) -> str:
    """Return the resident id number (身份证号, GB 11643) in `text`; a letter x becomes X.

    Raises ValueError for a wrong length, letter or check digit and for a birth before 1900 or after `today`.
    The region is not demanded: real people hold numbers of regions abolished before their birth.
    """
    number = cleaned(text)
    _demand_length(number, 18, "身份证号")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise ValueError("身份证号前 17 位应为数字，末位为数字或 X")
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as error:
        raise ValueError(f"第 7 至 14 位 {number[6:14]} 不是有效的出生日期") from error
    if not FIRST_BIRTH <= born_on <= today:
        raise ValueError(f"出生日期 {born_on:%Y-%m-%d} 应在 1900 年以后、今日以前")
    if (digit := ric.calc_check_digit(number)) != number[-1]:
        raise ValueError(f"校验位不对：第 18 位应为 {digit}，请对照身份证核对")
    return number


def warn_resident_id(number: str) -> str:
    """Return a warning if the first six digits of the checked `number` are no known region, else nothing."""
    region = number[:6]
    known = region in PERMIT_REGIONS or any("county" in row for _, row in numdb.get("cn/loc").info(region))
    return "" if known else f"前 6 位 {region} 不是已知的行政区划代码，请对照身份证核对"


def check_phone(text: str) -> str:
    """Return the phone number in `text`: a mobile number as 11 digits, a landline as 0635-8239026.

    An extension stays behind a second hyphen. Raises ValueError for anything else.
    """
    number = cleaned(text.translate(DASHES)).removeprefix("+86").lstrip("-")
    digits = number.replace("-", "")
    if not re.fullmatch(r"[0-9]+", digits):
        raise ValueError("联系电话只能填数字和短横线")
    if digits.startswith("1"):
        _demand_length(digits, 11, "手机号")
        return digits
    landline = re.fullmatch(r"(010|02\d|0[3-9]\d\d)-?(\d{7,8})(?:-(\d{1,6}))?", number)
    if not landline:
        raise ValueError("固定电话应为区号加 7 至 8 位号码，如 0635-1234567")
    return "-".join(part for part in landline.groups() if part)


def check_institution_code(text: str, kind: str) -> str:
    """Return the designation code (定点编号) in `text`: H (medical) or P (pharmacy) and 11 digits.

    Raises ValueError for another shape.
    """
    code = cleaned(text)
    initial, name = INITIALS[kind]
    _demand_length(code, 12, "定点编号")
    if not re.fullmatch(rf"{initial}[0-9]{{11}}", code):
        raise ValueError(f"{name}的编号应为 {initial} 加 11 位数字")
    return code


def warn_institution_code(code: str, region: str) -> str:
    """Return a warning if digits 2 to 7 of the checked `code` are not `region` (6 digits), else nothing.

    An institution keeps its code when it moves, so this is never a refusal.
    """
    return "" if code[1:7] == region else f"编号第 2 至 7 位 {code[1:7]} 与本地区划 {region} 不一致，请核对"


def mask_id(number: str) -> str:
    """Return `number` with all but the first and last four characters hidden; a short one wholly hidden."""
    return _masked(number, 4, 4)


def mask_phone(number: str) -> str:
    """Return `number` with all but the first three and last four characters hidden; a short one wholly."""
    return _masked(number, 3, 4)


def cleaned(text: str) -> str:
    """Return `text` in half-width capitals, without blanks and invisible characters."""
    folded = unicodedata.normalize("NFKC", text).upper()
    return "".join(c for c in folded if not c.isspace() and unicodedata.category(c) not in ("Cf", "Cc"))


def _masked(number: str, head: int, tail: int) -> str:
    hidden = len(number) - head - tail
    return number[:head] + "*" * hidden + number[-tail:] if hidden >= head else "*" * len(number)


def _demand_length(number: str, length: int, name: str) -> None:
    if len(number) != length:
        raise ValueError(f"{name}应为 {length} 位，现为 {len(number)} 位")
