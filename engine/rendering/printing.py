"""How sheets come out of a printer: A4, landscape, as wide as one page."""

from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet


def on_a4(page: Worksheet, heading_row: int | None = None) -> None:
    """Set a sheet up for A4; the heading row is repeated on each page."""
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.oddFooter = HeaderFooterItem()
    page.oddFooter.center.text = "第 &P 页 共 &N 页"
    if heading_row is not None:
        page.print_title_rows = f"{heading_row}:{heading_row}"
