"""Fill a Word form with the frozen data of a document. Repeatable: the same data print the same text."""

import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

TEMPLATES = Path(__file__).parent / "templates"

# Not allowed in XML, or signs by which docxtpl breaks paragraphs and pages: they come from pasted text only.
STRAY_SIGNS = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def render(template: str, data: Mapping[str, object]) -> bytes:
    """Return the form `template` (a file name in templates/) filled with `data`, as a .docx file.

    Text is printed as typed, `<`, `&` and braces included; a line end in it is a line break on paper.
    Raises jinja2.UndefinedError for a placeholder `data` does not know, and ValueError for one that is None:
    a notice with a hole in it must not leave the office.
    """
    form = DocxTemplate(TEMPLATES / template)
    form.render(dict(data), ENVIRONMENT)
    filled = BytesIO()
    form.save(filled)
    return filled.getvalue()


def _printable(value: object) -> object:
    if value is None:
        raise ValueError("a placeholder of the form has no value")
    if not isinstance(value, str):
        return value
    return STRAY_SIGNS.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))


# Sandboxed, because the office edits the forms.
ENVIRONMENT = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined, finalize=_printable)
