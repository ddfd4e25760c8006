"""How some of the demo's agreements are renewed: the next term has begun, waits, or never began."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from blueprints.agreements import renewal_operations
from blueprints.agreements.operations import Signing, Upload
from demo.world import PDF
from models import Agreement, Case

if TYPE_CHECKING:
    from demo.lives import Life

Days = Iterator[date]


def renewed(me: "Life") -> Days:
    """Signed a month before the last day; the next term has begun by now, or waits for its day."""
    agreement = Agreement.get(Agreement.case == _first_term(me))
    day = min(agreement.ends_on - timedelta(days=30), me.world.today - timedelta(days=5))
    yield (day := me.world.calendar.workday_from(day))
    renewal_operations.renew(
        _first_term(me),
        Signing(day, "2026 年版"),
        hand=me.hand("agreement"),
        version=_first_term(me).version,
        upload=Upload("续签协议（双方签章）.pdf", PDF),
    )


def _first_term(me: "Life") -> Case:
    return Case.get(Case.origin == me.case, Case.matter == "agreement")
