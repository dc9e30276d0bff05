"""Rendering: templates of a deployment become PDF files and spreadsheets."""

from engine.rendering.operation import UnknownFormatError, register
from engine.rendering.printer import (
    PrinterLostError,
    PrintingFailedError,
    RenderingPartMissingError,
)

__all__ = [
    "PrinterLostError",
    "PrintingFailedError",
    "RenderingPartMissingError",
    "UnknownFormatError",
    "register",
]
