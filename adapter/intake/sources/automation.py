"""Automation tools: the user types names and values, so a row says what an unfilled value looks like, and little else.

None of them signs, and none sends an id of the event.
"""

from __future__ import annotations

from typing import Final

from adapter.intake.sources.kind import AT, MUSTACHE, SourceKind, TestTraffic

ROWS: Final = (
    SourceKind("zapier", "Zapier", methods=("POST", "PUT"), placeholders=MUSTACHE),
    # apps.make.com/http: any method. GET and DELETE are left to the hook file, here and below: link previews and
    # scanners call too, and who deletes seldom wants to write to anybody.
    SourceKind("make", "Make", methods=("POST", "PUT", "PATCH"), placeholders=MUSTACHE),
    SourceKind("n8n", "n8n", methods=("POST", "PUT", "PATCH"), placeholders=MUSTACHE),
    # The id is that of the run (Logic Apps documentation): two actions of a run share it, so it names no event.
    SourceKind(
        "power_automate",
        "Power Automate",
        methods=("POST", "PUT", "PATCH"),
        placeholders=AT,
        headers=("X-MS-Client-Tracking-Id",),
    ),
    # Its test is a blank body with a JSON content type (a comment in a public receiver).
    SourceKind(
        "pabbly",
        "Pabbly Connect",
        placeholders=MUSTACHE,
        tests=(TestTraffic("@", {}, "This is a blank test of Pabbly Connect; nothing was sent."),),
    ),
    SourceKind("activepieces", "Activepieces", placeholders=MUSTACHE),
    SourceKind("pipedream", "Pipedream"),
    SourceKind("ifttt", "IFTTT", placeholders=MUSTACHE),
    # wiki.albato.com/en/articles/9887834-request-section names the method MERGE, which is no standard one.
    SourceKind("albato", "Albato", methods=("POST", "PUT", "PATCH", "MERGE")),
    SourceKind("integrately", "Integrately"),  # nothing is documented: a plain JSON sender
)
