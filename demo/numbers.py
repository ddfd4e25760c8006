"""Plausible numbers with valid check digits, from a running number: nobody's real ones."""

from datetime import date, timedelta

from stdnum.cn import ric, uscc

REGION = "371599"  # a county code of the prefecture that was never given out


def credit_code(n: int, head: str = "91") -> str:
    """Return the n-th unified social credit code. head: 91 enterprise, 12 public institution."""
    body = f"{head}{REGION}MA{n:05d}XY"[:17].ljust(17, "A")
    return body + uscc.calc_check_digit(body)


def resident_id(n: int) -> str:
    """Return the n-th resident id, of somebody born between 1962 and 1995."""
    born = date(1962, 1, 1) + timedelta(days=n * 37 % 12_000)
    body = f"{REGION}{born:%Y%m%d}{n % 1000:03d}"
    return body + ric.calc_check_digit(body + "0")  # it wants the place of the check digit filled


def mobile(n: int) -> str:
    """Return the n-th mobile number, of a range that is not assigned to subscribers."""
    return f"1{[38, 50, 59, 86][n % 4]}0635{n % 10000:04d}"


def licence(n: int, kind: str) -> str:
    """Return the n-th practice licence (medical) or drug business licence (pharmacy)."""
    return f"PDY{n:05d}3{REGION}17A{n % 10000:04d}" if kind == "medical" else f"鲁DB6{REGION[:4]}{n:05d}"
