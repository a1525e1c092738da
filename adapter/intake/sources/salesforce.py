"""Salesforce's outbound messages want a SOAP acknowledgement; a bare 200 is repeated for up to 24 hours."""

from __future__ import annotations

from typing import Final

from adapter.intake.sources.kind import Reply

ACKNOWLEDGEMENT: Final = Reply(
    "text/xml; charset=utf-8",
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>'
    '<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse>'
    "</soapenv:Body></soapenv:Envelope>",
)
