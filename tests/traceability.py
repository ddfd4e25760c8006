"""Write docs/traceability.md anew: `uv run python -m tests.traceability`."""

from tests.test_traceability import PAGE, page

if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
