"""Document templates to PDF, with the fonts embedded."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine import templates
from engine.rendering.printer import PRINTER

_PAPERS = Path(__file__).parent / "papers"
BUILT_IN: Mapping[str, str] = {
    path.name: path.read_text("utf-8") for path in sorted(_PAPERS.glob("*.j2"))
}
"""What every document template may extend or import, by name."""


def render(
    source: templates.Source, others: Mapping[str, str], values: Mapping[str, Any]
) -> bytes:
    """Return the PDF of a document template with values filled in.

    Nothing is fetched from anywhere: a template brings its images as ``data:``.

    Raises:
        TemplateFailedError: A value is missing, or the template is wrong.
        RenderingPartMissingError: Pango or a Chinese font is not installed.
        PrintingFailedError: The layout does not succeed.
        PrinterLostError: Trying again may help.
    """
    html = templates.fill(source, values, html=True, others={**BUILT_IN, **others})
    return PRINTER.pdf(html)
