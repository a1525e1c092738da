"""XML to plain values, without DTDs, entities and namespaces; an outermost element that only wraps is dropped.

An element with nothing inside but text is that text (blanks around it dropped), a repeated element a list, an
attribute is kept under "@name", text beside attributes or elements under "#text", `xsi:nil="true"` is null.
"""

from __future__ import annotations

import re
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from adapter.errors import Undecodable
from adapter.intake.decode.json_text import too_deep
from adapter.intake.decode.limits import Limits
from adapter.intake.decode.notes import Notes
from adapter.intake.decode.pairs import collect

_DECLARATION: Final = re.compile(r"\A<\?xml[^>]*\?>")
_ROOT: Final = "<root>"
_JUNK: Final = 9  # XML_ERROR_JUNK_AFTER_DOC_ELEMENT of expat
_SOAP: Final = ("Envelope", "Body")


def read_xml(text: str, notes: Notes, limits: Limits) -> tuple[dict[str, Any], str | None]:
    """The fields of an XML text and the name of the element that was dropped around them."""
    most = limits.keys + limits.list_length
    if text.count("<") > 2 * most:
        raise Undecodable(f"The XML holds more than {most} elements; send fewer.")
    try:
        root, rooted = _rooted(text, notes)
    except ParseError as fault:
        line, column = fault.position
        raise Undecodable(
            f"The body is not valid XML at line {line} column {column + 1}: "
            'a "&" or "<" inside a value is the usual cause; write "&amp;" and "&lt;", or send JSON or Form-Data.'
        ) from None
    except DefusedXmlException:
        raise Undecodable("The body is XML or HTML with a DOCTYPE; send it without one.") from None
    except ValueError:
        raise Undecodable("The body is not valid XML; send JSON or Form-Data instead.") from None
    if not rooted:
        return _fields(root, limits, 1), None
    dropped = _inside_soap(root)
    if not len(dropped):
        return {_local(dropped.tag): _value(dropped, limits, 1)}, None
    return _fields(dropped, limits, 1), _local(dropped.tag)


def _rooted(text: str, notes: Notes) -> tuple[Element, bool]:
    try:
        return fromstring(text, forbid_dtd=True), True
    except ParseError as fault:
        if fault.code != _JUNK:
            raise
    # Zapier's own example of an XML payload has no root element
    # (https://help.zapier.com/hc/en-us/articles/8496326446989-Send-webhooks-in-Zaps).
    bare = _DECLARATION.sub("", text)
    try:
        root = fromstring(f"{_ROOT}{bare}</root>", forbid_dtd=True)
    except ParseError as fault:
        line, column = fault.position
        fault.position = (line, column - len(_ROOT) + len(text) - len(bare)) if line == 1 else (line, column)
        raise
    notes.repair("", "xml_root", "none", "root")
    return root, False


def _inside_soap(root: Element) -> Element:
    for name in _SOAP:
        if _local(root.tag) != name:
            return root
        inner = [child for child in root if _local(child.tag) != "Header"]
        if len(inner) != 1:
            return root
        root = inner[0]
    return root


def _fields(element: Element, limits: Limits, depth: int) -> dict[str, Any]:
    if depth > limits.depth:
        raise too_deep(limits)
    found = {f"@{_local(name)}": value for name, value in element.attrib.items()}
    found.update(collect((_local(child.tag), _value(child, limits, depth + 1)) for child in element))
    texts = [element.text, *(child.tail for child in element)]
    if text := " ".join(piece.strip() for piece in texts if piece and piece.strip()):
        found["#text"] = text
    return found


def _value(element: Element, limits: Limits, depth: int) -> Any:
    if element.attrib and {_local(name): value for name, value in element.attrib.items()}.get("nil") in {"true", "1"}:
        return None
    if len(element) or element.attrib:
        return _fields(element, limits, depth)
    return (element.text or "").strip()


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]
