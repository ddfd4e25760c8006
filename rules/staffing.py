"""How many people a staffing standard asks for. Pure; exact decimals, as floats make 1.1 × 10 ask for 12."""

from decimal import Decimal
from math import ceil

from rules.form_rows import Staffing


def required(staffing: Staffing, count: int) -> int:
    """Return how many people `staffing` asks for: ratio × count rounded up to whole people, at least `least`.

    count: the number of what the ratio stands per (beds, dialysis machines, departments…). Where the
        standard holds for each department by itself, call it once per department and add up.

    A count of 0 asks for `least` people. Raises ValueError for a negative count (附件8-1, readings C-21).
    """
    if count < 0:
        raise ValueError(f"{staffing.per}: {count}")
    return max(ceil(Decimal(staffing.ratio) * count), staffing.least)
