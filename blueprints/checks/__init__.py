"""Checks before acceptance: conditions, grounds of refusal, the fund."""
