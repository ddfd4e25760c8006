"""How a form is drawn: A4, the type of the official forms, ruled tables, the signature area.

Used by build_templates.py only. Measures are those of GB/T 9704 where it says something; line heights are
fixed, so that a form breaks into lines and pages alike whether or not the licensed fonts are installed.
"""

from docx import Document
from docx.document import Document as Paper
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

TITLE_FONT, BODY_FONT, LATIN_FONT = "方正小标宋简体", "仿宋_GB2312", "Times New Roman"
# What Word takes where the licensed font is not installed; both come with Windows or Office.
STAND_INS = {TITLE_FONT: "华文中宋", BODY_FONT: "仿宋"}
TEXT_WIDTH = 156  # mm
LABEL_WIDTH = 36

LEFT, CENTER, RIGHT = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
BOTH = WD_ALIGN_PARAGRAPH.JUSTIFY
# style: font, size, line height (pt), alignment
STYLES = {
    "文书标题": (TITLE_FONT, 22, 32, CENTER),
    "表格项目": (BODY_FONT, 14, 22, CENTER),
    "表格文字": (BODY_FONT, 14, 22, BOTH),
    "清单项目": (BODY_FONT, 12, 17, CENTER),
    "清单文字": (BODY_FONT, 12, 17, BOTH),
    "注": (BODY_FONT, 12, 20, LEFT),
    "表上文字": (BODY_FONT, 12, 18, LEFT),
    "签收": (BODY_FONT, 14, 24, LEFT),
    "小表项目": (BODY_FONT, 10.5, 14, CENTER),
    "小表文字": (BODY_FONT, 10.5, 14, LEFT),
    "联次": (BODY_FONT, 10.5, 14, RIGHT),
    "页末": (BODY_FONT, 1, 1, LEFT),
}

CELL_MARGINS = (
    f"<w:tblCellMar {nsdecls('w')}>"
    '<w:top w:w="20" w:type="dxa"/><w:left w:w="90" w:type="dxa"/>'
    '<w:bottom w:w="20" w:type="dxa"/><w:right w:w="90" w:type="dxa"/></w:tblCellMar>'
)


def new_paper(top: float = 37, right: float = 26, bottom: float = 35, left: float = 28) -> Paper:
    """Return an empty A4 sheet with the office's paragraph styles; margins in mm, those of GB/T 9704."""
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(top), Mm(bottom)
    section.left_margin, section.right_margin = Mm(left), Mm(right)
    section.header_distance, section.footer_distance = Mm(15), Mm(min(25, bottom))
    _speak_chinese(paper)
    for name in STYLES:
        _add_style(paper, name)
    paper.styles["文书标题"].paragraph_format.space_after = Pt(20)
    # Every copy begins on a new page; at the top of the file Word ignores the break.
    paper.styles["文书标题"].paragraph_format.page_break_before = True
    paper.styles["注"].paragraph_format.space_before = Pt(8)
    paper.styles["表上文字"].paragraph_format.space_after = Pt(6)
    text = paper.styles["表格文字"].paragraph_format
    text.left_indent = text.right_indent = Pt(5)
    properties = paper.core_properties
    properties.author = properties.comments = ""
    return paper


def _add_style(paper: Paper, name: str) -> None:
    font, size, height, alignment = STYLES[name]
    style = paper.styles.add_style(name, 1)
    style.base_style, style.quick_style = paper.styles["Normal"], True
    style.font.name, style.font.size = LATIN_FONT, Pt(size)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), font)
    layout = style.paragraph_format
    layout.alignment, layout.space_before, layout.space_after = alignment, Pt(0), Pt(0)
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(height)


def _speak_chinese(paper: Paper) -> None:
    """Replace the English and Japanese defaults of an empty python-docx sheet."""
    for defaults in paper.styles.element.iter(qn("w:rPrDefault")):
        fonts, lang = next(defaults.iter(qn("w:rFonts"))), next(defaults.iter(qn("w:lang")))
        fonts.attrib.clear()
        for script, font in (("ascii", LATIN_FONT), ("hAnsi", LATIN_FONT), ("eastAsia", BODY_FONT)):
            fonts.set(qn(f"w:{script}"), font)
        lang.set(qn("w:eastAsia"), "zh-CN")
    settings = paper.settings.element
    next(settings.iter(qn("w:themeFontLang"))).set(qn("w:eastAsia"), "zh-CN")
    compat = next(settings.iter(qn("w:compat")))
    compat.insert(0, OxmlElement("w:doNotExpandShiftReturn"))  # a typed line end must not stretch its line
    next(compat.iter(qn("w:compatSetting"))).set(qn("w:val"), "15")
    parts = paper.part.package.iter_parts()
    fonts_part = next(part for part in parts if part.partname == "/word/fontTable.xml")
    fonts_part._blob = _font_table()


def _font_table() -> bytes:
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in STAND_INS.items()
    )
    return f"<w:fonts {nsdecls('w')}>{fonts}</w:fonts>".encode()


def line(paragraph: Paragraph, text: str) -> Paragraph:
    """Add `text` to `paragraph`; quotation marks and ticks in it are set as Chinese."""
    run = paragraph.add_run(text)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:hint"), "eastAsia")
    return paragraph


def fill(cell: _Cell, style: str, *texts: str) -> None:
    """Put `texts` into `cell`, a paragraph each, centred between its upper and lower rule."""
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    for index, text in enumerate(texts):
        paragraph = cell.add_paragraph() if index else cell.paragraphs[0]
        paragraph.style = style
        line(paragraph, text)


def ruled_table(paper: Paper, *widths: float, rule: str = "single") -> Table:
    """Add an empty table with columns of `widths` mm, ruled at 0.75 pt or, with rule "nil", not at all."""
    table = paper.add_table(0, len(widths))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    sides = "".join(
        f'<w:{side} w:val="{rule}" w:sz="6" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    layout = table._tbl.tblPr.find(qn("w:tblLayout"))
    layout.addprevious(parse_xml(f"<w:tblBorders {nsdecls('w')}>{sides}</w:tblBorders>"))
    layout.addnext(parse_xml(CELL_MARGINS))
    return table


def add_row(table: Table, height: float, *, splits: bool = False) -> _Row:
    """Add a row at least `height` mm high; one that may grow long `splits` at the foot of the page."""
    row = table.add_row()
    row.height, row.height_rule = Mm(height), WD_ROW_HEIGHT_RULE.AT_LEAST
    if not splits:
        row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))
    return row


def repeat_on_every_page(row: _Row) -> None:
    """Make `row` the head of its table on each page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def keep_with_next(*rows: _Row) -> None:
    """Hold `rows` together on one page, with what follows them."""
    for row in rows:
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.keep_with_next = True


def finish(paper: Paper) -> None:
    """Close a page that ends with a table: Word wants a paragraph there, it must not take room."""
    paper.add_paragraph(style="页末")
