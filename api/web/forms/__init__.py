"""Forms on pages: drawn from the form files, and read back from what is posted."""

from api.web.forms.controls import Control, Drawer, Drawing, File, Option
from api.web.forms.posts import fen, values_of, with_row, without_row, yuan

__all__ = [
    "Control",
    "Drawer",
    "Drawing",
    "File",
    "Option",
    "fen",
    "values_of",
    "with_row",
    "without_row",
    "yuan",
]
