"""Website forms and form builders."""

from __future__ import annotations

from typing import Any, Final

from adapter.intake.sources import elementor, jotform, netlify, tally, typeform, webflow, wufoo
from adapter.intake.sources.kind import SourceKind
from adapter.intake.sources.labels import at, labelled, mapping, pairs, urls


def _fillout(data: Any) -> dict[str, Any]:
    """Answers and the parameters of the form's address by name; the wrapper `submission` is inferred."""
    form = mapping(at(data, "submission")) or mapping(data)
    found = [*pairs(form.get("questions"), "name", "value"), *pairs(form.get("urlParameters"), "name", "value")]
    return labelled((name, urls(value)) for name, value in found)


def _google_forms(data: Any) -> dict[str, Any]:
    """Answers by title, of a script that posts its item responses as a list; `namedValues` needs nothing."""
    return labelled(pairs(at(data, "answers"), "title", "value"))


ROWS: Final = (
    SourceKind("form", "a website form", browser=True),
    SourceKind("jotform", "Jotform", event_id=("submissionID",), answers=jotform.answers),
    SourceKind("typeform", "Typeform", preset="typeform", event_id=("event_id",), answers=typeform.answers),
    SourceKind("tally", "Tally", preset="tally", event_id=("eventId",), answers=tally.answers),
    # A response's id is that of the person's answers, also after they changed them: no event id.
    SourceKind("google_forms", "Google Forms", answers=_google_forms),
    # docs.gravityforms.com/triggering-webhooks-form-submissions names five methods; GET and DELETE use the query.
    SourceKind("gravity_forms", "Gravity Forms", methods=("POST", "PUT", "PATCH"), event_id=("form_id", "id")),
    SourceKind("wpforms", "WPForms", preset="wpforms", headers=("X-WPForms-Webhook-Id",)),
    # mariovalney/cf7-to-zapier, class-module-zapier.php
    SourceKind("contact_form_7", "Contact Form 7", methods=("POST", "PUT", "PATCH")),
    SourceKind("elementor", "Elementor", answers=elementor.answers),
    SourceKind("webflow", "Webflow", preset="webflow", event_id=("payload.id",), answers=webflow.answers),
    # A function's event `submission-created` has the same inside `payload`.
    SourceKind(
        "netlify",
        "Netlify Forms",
        preset="netlify",
        headers=("X-Netlify-Event",),
        event_id=("id || payload.id",),
        answers=netlify.answers,
    ),
    SourceKind("formstack", "Formstack", preset="formstack", event_id=("FormID", "UniqueID")),
    # Entries are counted per form. Its hash comes only with metadata; without it an entry of another form would match.
    SourceKind("wufoo", "Wufoo", event_id=("FormStructure.Hash", "EntryId"), answers=wufoo.answers),
    # The version tells an entry's update from its first submission.
    SourceKind("cognito", "Cognito Forms", event_id=("Id", "Entry.Version")),
    SourceKind("fillout", "Fillout", event_id=("submissionId || submission.submissionId",), answers=_fillout),
)
