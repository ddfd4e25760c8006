"""What becomes of the demo's applications: sixty, in every state, some overdue, some lapsing tonight."""

from collections.abc import Iterable
from datetime import date

from demo.lives import PACE, Plan
from demo.places import Place
from demo.world import World

# (state to stop in, workdays since the last step, kind, inpatient or not, last document served)
# 5 workdays after service a correction lapses: what was served 5 workdays ago lapses tonight.
PLANS: tuple[tuple[str, int, str, bool | None, bool], ...] = (
    ("draft", 1, "medical", None, True),
    ("draft", 3, "pharmacy", None, True),
    ("filed", 8, "pharmacy", None, True),
    ("filed", 6, "medical", None, True),
    ("filed", 5, "pharmacy", None, True),
    ("filed", 2, "medical", True, True),
    ("filed", 1, "medical", None, True),
    ("filed", 0, "pharmacy", None, True),
    ("correction_requested", 5, "pharmacy", None, True),
    ("correction_requested", 5, "medical", True, True),
    ("correction_requested", 3, "medical", None, True),
    ("correction_requested", 1, "pharmacy", None, False),
    ("correction_requested", 2, "medical", True, False),
    ("abandoned_correction", 15, "pharmacy", None, True),
    ("abandoned_correction", 30, "medical", None, True),
    ("refused", 12, "pharmacy", None, True),
    ("refused", 40, "medical", None, True),
    ("withdrawn", 20, "medical", True, True),
    ("accepted", 1, "medical", True, False),
    ("accepted", 4, "pharmacy", None, True),
    ("accepted", 9, "medical", None, True),
    ("desk_review", 3, "medical", True, True),
    ("desk_review", 6, "pharmacy", None, True),
    ("desk_review", 70, "medical", True, True),
    ("desk_review", 58, "medical", None, True),
    ("rejected_fraud", 90, "medical", None, True),
    ("abandoned_commitment", 35, "pharmacy", None, True),
    ("on_site", 2, "medical", True, True),
    ("on_site", 6, "medical", True, False),
    ("on_site", 50, "medical", True, True),
    ("result_pending", 1, "medical", True, True),
    ("result_pending", 3, "pharmacy", None, True),
    ("result_pending", 2, "medical", None, True),
    ("rectification", 1, "medical", None, False),
    ("rectification", 20, "pharmacy", None, True),
    ("rectification", 75, "medical", True, True),
    ("abandoned_rectification", 150, "medical", None, True),
    ("failed_final", 10, "medical", None, True),
    ("qualified", 1, "medical", True, True),
    ("qualified", 2, "pharmacy", None, True),
    ("public_notice", 2, "medical", True, True),
    ("public_notice", 5, "pharmacy", None, True),
    ("public_notice", 3, "pharmacy", None, True),
    ("notice_investigation", 2, "medical", None, True),
    ("proposed_pass", 1, "medical", True, True),
    ("proposed_pass", 3, "pharmacy", None, True),
    ("proposed_pass", 2, "medical", None, True),
    ("not_selected", 25, "pharmacy", None, True),
    ("city_review", 2, "medical", True, True),
    ("city_review", 5, "medical", True, True),
    ("final_decision", 1, "medical", True, True),
    ("listed", 1, "medical", True, True),
    ("listed", 1, "pharmacy", None, True),
    ("supervision_notice", 2, "pharmacy", None, True),
    ("supervision_notice", 3, "medical", True, True),
    ("negotiation", 1, "pharmacy", None, True),
    ("negotiation", 9, "medical", True, True),
    ("not_agreed", 35, "medical", None, True),
    ("signing", 3, "pharmacy", None, True),
    ("signing", 15, "medical", True, True),
    ("abandoned_signing", 45, "pharmacy", None, True),
)
# How many workdays ago the standing agreements were signed; one is past its year, one is extended.
SIGNED = (
    12,
    25,
    40,
    55,
    70,
    85,
    105,
    118,
    124,
    126,
    128,
    135,
    150,
    165,
    180,
    195,
    205,
    215,
    222,
    228,
    232,
    236,
    240,
    262,
    258,
)

# Of those, whose designation information changes: workdays since the signing → what becomes of the change.
CHANGING = {
    70: "filed",
    85: "late",
    105: "checking",
    118: "withdrawn",
    126: "found",
    135: "refused",
    150: "confirmed",
    165: "told",
}

# Agreements that are suspended, terminated or left: (ending, workdays since the signing, kind); turn by turn
# in either county.
LEAVING: tuple[tuple[str, int, str], ...] = (
    ("suspended", 140, "medical"),
    ("planned", 80, "pharmacy"),
    ("suspended_pharmacy", 160, "pharmacy"),
    ("resumed", 130, "medical"),
    ("terminated_fraud", 170, "pharmacy"),
    ("owner_changed", 110, "medical"),
    ("filed", 90, "medical"),
    ("terminated_suspended", 190, "medical"),
    ("filed_late", 60, "pharmacy"),
    ("not_renewing", 225, "pharmacy"),
    ("approved", 120, "pharmacy"),
    ("refused", 150, "pharmacy"),
    ("resuming", 235, "medical"),
    ("withdrawn", 100, "medical"),
    ("on_leave_long", 230, "medical"),
    ("on_leave", 200, "medical"),
    ("lapsed", 238, "medical"),
    ("renewed", 275, "medical"),
    ("renewed", 245, "medical"),
    ("renewed_and_terminated", 242, "medical"),
    ("left", 205, "medical"),
)


def assign(world: World, places: Iterable[Place]) -> list[tuple[Place, Plan, date]]:
    """Return (place, plan, first day) for every planned application; each county gets its share."""
    free = list(places)
    found = []
    for until, ago, kind, inpatient, serve in PLANS:
        place = _take(free, kind, inpatient, len(found))
        plan = Plan(until, ago, kind, inpatient, serve)
        found.append((place, plan, world.back(ago + length(place, plan))))
    for ago in SIGNED:
        place = _take(free, "pharmacy" if ago % 2 else "medical", None, len(found))
        plan = Plan("designated", ago, renews=ago == 262, change=CHANGING.get(ago, ""))
        found.append((place, plan, world.back(ago + length(place, plan))))
    private = [place for place in free if not place.is_public and place.district != "市直"]
    for ending, ago, kind in LEAVING:
        place = _take(private, kind, None, len(found))
        plan = Plan("designated", ago, ending=ending)
        found.append((place, plan, world.back(ago + length(place, plan))))
    return found


def _take(free: list[Place], kind: str, inpatient: bool | None, n: int) -> Place:
    """Take the first free place that fits, turn by turn of either county."""
    fits = [
        p for p in free if p.kind == kind and (inpatient is None or ("inpatient" in p.types) == inpatient)
    ]
    fits = [p for p in fits if p.district != "市直"] or fits or [p for p in free if p.kind == kind] or free
    counties = [p for p in fits if p.district.startswith("安河"[n % 2])] or fits
    place = counties[0]
    free.remove(place)
    return place


def length(place: Place, plan: Plan) -> int:
    """Return how many workdays lie between the first and the last step of a life, as lives.py spends them."""
    path = [("filed", 0), ("correction_requested", PACE["accept"]), ("accepted", PACE["accept"])]
    days = PACE["accept"] + PACE["review"]
    path.append(("desk_review", days))
    days += PACE["desk"]
    path.append(("on_site", days))
    days += PACE["on_site"] if place.kind == "medical" else 0
    path.append(("result_pending", days))
    days += PACE["result"]
    path.append(("qualified", days))
    days += PACE["publish"]
    path += [("public_notice", days), ("notice_investigation", days + 2)]
    days += 7 + PACE["approve"]
    path += [("proposed_pass", days), ("city_review", days), ("not_selected", days)]
    if place.kind == "medical" and "inpatient" in place.types and place.district != "市直":
        days += PACE["city"]
        path.append(("final_decision", days))
        days += PACE["final"]
    path.append(("listed", days))
    days += PACE["list"]
    path.append(("supervision_notice", days))
    days += 6
    path.append(("negotiation", days))
    days += PACE["agree"]
    path += [("signing", days), ("not_agreed", days), ("abandoned_signing", days)]
    path.append(("designated", days + PACE["sign"]))
    known = dict(path)
    if plan.until == "failed_final":
        return 2 * known["qualified"] + 66
    alias = {"abandoned_correction": "correction_requested", "refused": "accepted", "withdrawn": "accepted"}
    alias |= {
        "rejected_fraud": "desk_review",
        "abandoned_commitment": "desk_review",
        "rectification": "qualified",
        "abandoned_rectification": "qualified",
    }
    return known.get(alias.get(plan.until, plan.until), 0)
