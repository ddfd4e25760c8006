"""Agreements long without settlement, and the import of last settlement days."""
