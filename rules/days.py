"""Days as people write them."""

import re
import unicodedata
from datetime import date

DAY = re.compile(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*[-/.月]?\s*(\d{1,2})\s*日?")


def parse_day(text: str) -> date:
    """Return the day that `text` means: 2026-3-5, 2026/03/05, 2026.3.5, 2026年3月5日 or 20260305.

    Raises ValueError with a Chinese sentence.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.isdigit() and len(plain) == 8:
        plain = f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    match = DAY.fullmatch(plain)
    try:
        if match is None or plain.isdigit():
            raise ValueError
        day = date(*(int(part) for part in match.groups()))
    except ValueError:
        raise ValueError(f"日期“{text.strip()}”认不出，请写成 2026-03-05") from None
    if not 1949 <= day.year <= 2099:
        raise ValueError("年份不对，请核对")
    return day
