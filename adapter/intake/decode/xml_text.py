"""XML to plain values, without DTDs, entities and namespaces; an outermost element that only wraps is dropped.

An element with nothing inside but text is that text (blanks around it dropped), a repeated element a list, an
attribute is kept under "@name", text beside attributes or elements under "#text", `xsi:nil="true"` is null.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, InputSource

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.expatreader import DefusedExpatParser  # type: ignore[import-untyped]

from adapter.errors import Undecodable
from adapter.intake.decode.json_text import too_deep
from adapter.intake.decode.limits import Limits
from adapter.intake.decode.notes import Notes
from adapter.intake.decode.pairs import collect
from adapter.intake.decode.xml_mend import without_bare_ampersands, without_declaration

_JUNK: Final = 9  # XML_ERROR_JUNK_AFTER_DOC_ELEMENT of expat
_TEXT: Final = 'a "&" or "<" inside a value is the usual cause; write "&amp;" and "&lt;", or send JSON or Form-Data'
# The error codes of expat (https://libexpat.github.io/doc/api/latest/, enum XML_Error).
_ADVICE: Final = {
    3: "the end is missing; the body may have been cut off",
    5: "the end of a tag is missing; the body may have been cut off",
    7: "a tag is closed that is not the one that was opened last; close each tag in turn",
    8: "an attribute stands twice in one tag; send it once",
    20: "a CDATA section is not closed; the body may have been cut off",
}
_SOAP: Final = ("Envelope", "Body")
_CHILD: Final = "\0"  # stands in the text of an element where a child stood; XML itself cannot hold it


class _Element:
    """An element without its namespace: attributes, elements inside and its text, in pieces as the parser cut it."""

    __slots__ = ("attributes", "children", "name", "texts")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.children: list[_Element] = []
        self.texts: list[str] = []


class _Builder(ContentHandler):
    """Grows the elements while the text is read, and stops as soon as there are too many.

    Prefixes stay unresolved: with their namespaces put in, one long declaration is copied into every name.
    """

    def __init__(self, limits: Limits) -> None:
        super().__init__()
        self._limits = limits
        self._left = limits.keys + limits.list_length
        self.top = _Element("", {})
        self._open = [self.top]

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - a name of SAX
        self._left -= 1 + len(attrs)
        if self._left < 0:
            most = self._limits.keys + self._limits.list_length
            raise Undecodable(f"The XML holds more than {most} elements and attributes; send fewer.")
        if len(self._open) > self._limits.depth:
            raise too_deep(self._limits)
        kept = {_local(key): value for key, value in attrs.items() if key.partition(":")[0] != "xmlns"}
        element = _Element(_local(name), kept)
        self._open[-1].children.append(element)
        self._open[-1].texts.append(_CHILD)
        self._open.append(element)

    def characters(self, content: str) -> None:
        self._open[-1].texts.append(content)

    def endElement(self, _name: str) -> None:  # noqa: N802 - a name of SAX
        self._open.pop()


class _Broken(ValueError):
    """A text that is not XML; line and column count from 1."""

    def __init__(self, fault: SAXParseException, lines_before: int) -> None:
        super().__init__()
        self.line = (fault.getLineNumber() or 1) - lines_before
        self.column = (fault.getColumnNumber() or 0) + 1
        self.code: int = getattr(fault.getException(), "code", 0)

    @property
    def place(self) -> str:
        return f"line {self.line} column {self.column}"


def read_xml(text: str, notes: Notes, limits: Limits) -> tuple[dict[str, Any], str | None]:
    """The fields of an XML text and the name of the element that was dropped around them."""
    if not text.startswith("<"):
        text = without_declaration(text)
    try:
        root, rooted = _mended(text, notes, limits)
    except _Broken as broken:
        advice = _ADVICE.get(broken.code, _TEXT)
        raise Undecodable(f"The body is not valid XML at {broken.place}: {advice}.") from None
    except DefusedXmlException:
        raise Undecodable("The body is XML or HTML with a DOCTYPE; send it without one.") from None
    if not rooted:
        return _fields(root), None
    dropped = _inside_soap(root)
    if not dropped.children:
        return {dropped.name: _value(dropped)}, None
    return _fields(dropped), dropped.name


def _mended(text: str, notes: Notes, limits: Limits) -> tuple[_Element, bool]:
    try:
        return _rooted(text, notes, limits)
    except _Broken as broken:
        first = broken
    escaped = without_bare_ampersands(text)
    if escaped == text:
        raise first
    try:
        found = _rooted(escaped, notes, limits)
    except _Broken:
        raise first from None
    notes.repair("", "bare_ampersand", first.place, "&amp;")
    return found


def _rooted(text: str, notes: Notes, limits: Limits) -> tuple[_Element, bool]:
    try:
        return _parsed(text, limits), True
    except _Broken as broken:
        if broken.code != _JUNK:
            raise
    # Zapier's own example of an XML payload has no root element
    # (https://help.zapier.com/hc/en-us/articles/8496326446989-Send-webhooks-in-Zaps).
    root = _parsed(f"<root>\n{without_declaration(text)}</root>", limits, lines_before=1)
    notes.repair("", "xml_root", "none", "root")
    return root, False


def _parsed(text: str, limits: Limits, *, lines_before: int = 0) -> _Element:
    raw = text.encode("utf-8", "replace")
    # One read of everything: expat scans an unfinished token again with every piece it is fed.
    parser = DefusedExpatParser(bufsize=len(raw) + 1, forbid_dtd=True)
    builder = _Builder(limits)
    parser.setContentHandler(builder)
    source = InputSource()
    source.setEncoding("utf-8")
    source.setByteStream(BytesIO(raw))
    try:
        parser.parse(source)
    except SAXParseException as fault:
        raise _Broken(fault, lines_before) from None
    return builder.top.children[0]


def _inside_soap(root: _Element) -> _Element:
    for name in _SOAP:
        if root.name != name:
            return root
        inner = [child for child in root.children if child.name != "Header"]
        if len(inner) != 1:
            return root
        root = inner[0]
    return root


def _fields(element: _Element) -> dict[str, Any]:
    found: dict[str, Any] = {f"@{name}": value for name, value in element.attributes.items()}
    found.update(collect((child.name, _value(child)) for child in element.children))
    pieces = "".join(element.texts).split(_CHILD)
    if text := " ".join(piece.strip() for piece in pieces if piece and not piece.isspace()):
        found["#text"] = text
    return found


def _value(element: _Element) -> Any:
    if element.attributes.get("nil") in {"true", "1"}:
        return None
    if element.children or element.attributes:
        return _fields(element)
    return "".join(element.texts).strip()


def _local(name: str) -> str:
    return name.rpartition(":")[2]
