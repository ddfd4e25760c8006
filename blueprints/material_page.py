"""What the material list shows wherever it stands: on the case's page and on its own."""

from typing import Any

from lifecycle import material_list, reuse, supplements
from lifecycle.content_types import MEGABYTE
from lifecycle.hand import Hand
from models import Case


def material_context(case: Case, hand: Hand) -> dict[str, Any]:
    """Return rows, what earlier cases hold for them, and what came since the last request."""
    rows = material_list.material_rows(case, hand)
    return {
        "materials": rows,
        "reusable": reuse.found(case, rows, hand),
        "changes": supplements.changes(case, rows),
    }


def size_text(size: int) -> str:
    """Return a number of bytes as people read it: 860 KB, 12.4 MB."""
    return f"{size / MEGABYTE:.1f} MB" if size >= MEGABYTE else f"{max(1, round(size / 1024))} KB"
