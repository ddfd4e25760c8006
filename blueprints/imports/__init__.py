"""Import of the office's ledger, and the list of long tasks."""
