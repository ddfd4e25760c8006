"""Registering an application lives in lifecycle/intake.py, which the provider's own pages share."""

from lifecycle.intake import AlreadyOpen, Typed, change_draft, open_application, register_application

__all__ = ["AlreadyOpen", "Typed", "change_draft", "open_application", "register_application"]
