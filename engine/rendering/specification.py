"""What a workbook template may say: TOML, read strictly.

::

    title = "数据导入格式模板"
    readers = ["project"]

    [[sheets]]
    for_each = "data.tables"              # one sheet for each item; sees it as `item`
    name = "{{ item }}"
    columns_of = "item"                   # the columns of [columns.<that name>]
    blank_rows = 1000                     # rows to be filled in, with validation
    protect = true                        # headings cannot be changed

    [[columns."商品"]]
    title = "商品编码"
    kind = "text"                         # text, integer, decimal, money, date, choice
    length = 20
    required = true
    choices = ["是", "否"]
    example = "SP0001"
    value = "row.code"                    # an expression, where there are rows
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine import templates

Kind = Literal["text", "integer", "decimal", "money", "date", "choice"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(_Strict):
    """One column: its heading, what may be filled in, and where its values are."""

    title: str
    kind: Kind = "text"
    length: int | None = None
    minimum: float | None = None
    required: bool = False
    choices: list[str] = []
    example: str = ""
    hint: str = ""
    value: str = ""
    width: float | None = None


class Gantt(_Strict):
    """A bar for each row, from one expression's date to another's."""

    start: str
    finish: str
    label: str


class Sheet(_Strict):
    """One sheet, or one for each item of a list.

    With ``rows`` it shows them; without, it is a form with ``blank_rows`` to fill in
    below a line of hints and an example. ``head`` are lines above the table.
    """

    name: str
    for_each: str = ""
    rows: str = ""
    columns: list[Column] = []
    columns_of: str = ""
    head: list[str] = []
    blank_rows: int = Field(default=0, le=20_000)
    protect: bool = False
    gantt: Gantt | None = None
    empty: str = ""


class Workbook(_Strict):
    """A whole workbook; ``columns`` are sets of columns by name, with a ``default``."""

    title: str
    title_en: str = ""
    number: str = ""
    readers: list[str] = ["project"]
    per: Literal["project", "instance"] = "project"
    sheets: list[Sheet] = Field(min_length=1)
    columns: dict[str, list[Column]] = {}


def read(source: templates.Source) -> Workbook:
    """Read the template of a workbook.

    Raises:
        TemplateFailedError: It is no TOML, or has another shape.
    """
    given: dict[str, Any] = source.header
    try:
        return Workbook.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise templates.TemplateFailedError(
            source.name, f"{place}: {first['msg']}"
        ) from error
