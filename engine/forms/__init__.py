"""Forms: JSON Schema with a few keywords of ours, checked here and drawn elsewhere.

``forms/README.md`` describes the files.
"""

from engine.forms.fields import Choice, Field, Kind, Shape, walk
from engine.forms.form import (
    Facts,
    Form,
    FormBrokenError,
    FormMissingError,
    read_form,
)
from engine.forms.lookups import References
from engine.forms.problems import FormInvalidError
from engine.forms.references import RowReferences
from engine.forms.rules import Shown
from engine.forms.stored import (
    form_of,
    forms_of,
    labels,
    misfits,
    result_name,
    strip,
    validate,
)
from engine.forms.values import may_read

__all__ = [
    "Choice",
    "Facts",
    "Field",
    "Form",
    "FormBrokenError",
    "FormInvalidError",
    "FormMissingError",
    "Kind",
    "References",
    "RowReferences",
    "Shape",
    "Shown",
    "form_of",
    "forms_of",
    "labels",
    "may_read",
    "misfits",
    "read_form",
    "result_name",
    "strip",
    "validate",
    "walk",
]
