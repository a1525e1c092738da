"""What `check` can say of a push before any event came."""

from __future__ import annotations

import pytest

from adapter.mapping.hook_file import HookFaults, Surroundings, load_hook

HEAD = "source: form\nauth: none\nregion: IN\nfields:\n  phone: {}\n  name: {}\npush:\n"
TO = '  to: "{{ phone }}"\n'


@pytest.mark.parametrize(
    ("push", "sentence"),
    [
        ('  to: "the boss"\n  message: Hi\n', 'push.to: "the boss" is not a phone number'),
        ('  to: ["{{ phone }}", "12"]\n  message: Hi\n', 'push.to[1]: "12"'),
        (TO + "  message: " + "a" * 4097 + "\n", "push.message: the text alone has 4,097 characters; WhatsApp takes 4,096"),
        (TO + "  message: '{{ name }} " + "a" * 4096 + "{% if name %}b{% endif %}'\n", "push.message: the text alone has 4,097 characters"),
        (TO + '  message: " "\n', "push.message: the text is blank"),
        (TO + "  message: Hi\n  priority: soon\n", 'push.priority: priority must be 0 (low) or 1 (high), not "soon"'),
        (TO + "  message: Hi\n  priority: 2\n", 'push.priority: priority must be 0 (low) or 1 (high), not "2"'),
        (TO + "  message: Hi\n  application: WhatsApp\n", 'push.application: application must be the number of a channel such as 8, not "WhatsApp"'),
        (TO + "  media: example.com/a.jpg\n", "push.media: media must be an address such as https://example.com/a.jpg"),
        (TO + "  media: http://localhost/a.jpg\n", 'push.media: Picky Assist cannot reach "localhost" from outside'),
        (TO + "  message: \"{{ name | currency('RUPEE') }}\"\n", 'push.message: currency needs a code such as "INR" or "EUR", not "RUPEE"'),
        (TO + '  message: "{{ name | date(\'DD/MM/YYYY\') }}"\n', "push.message: date cannot write"),
        (TO + '  message: "{{ name | frist_name }}"\n', "No filter named 'frist_name'; did you mean \"first_name\"?"),
    ],
)  # fmt: skip
def test_what_would_always_be_refused_is_a_fault(push: str, sentence: str) -> None:
    with pytest.raises(HookFaults) as caught:
        load_hook("h", HEAD + push, Surroundings())
    found = [fault.sentence for fault in caught.value.faults]
    assert len(found) == 1
    assert sentence in found[0]
    assert not found[0].endswith(".")


@pytest.mark.parametrize(
    ("push", "notes"),
    [
        (TO + "  message: Hi {{ name }}, *thanks*!\n", []),
        (TO + "  message: 'Hi **{{ name }}**'\n", ["push.message: \"**…**\" is shown with its marks"]),
        (TO + "  message: 'Hi {name}'\n", ['push.message: "{name}" is printed as it stands']),
        (TO + "  message: 'Hi ${Leads.Name}'\n", ['push.message: "${Leads.Name}" is printed as it stands']),
        (TO + "  template: {id: X, language: en, values: [Hi, '{name}']}\n", ['push.template.values[1]: "{name}" is printed as it stands']),
        (TO + "  message: 'Hi *{{ name }}'\n", ['push.message: the * before "…" is not closed on its line']),
        (TO + "  message: Hi\n  media: https://example.com/a.jpg\n", []),
        (TO + "  message: Hi\n  media: https://example.com/a.pdf\n", ["push.media: A text is not shown beside a document"]),
        (TO + "  media: https://example.com/a\n", ["push.media: The media address names no file with an extension"]),
        (TO + "  media: https://example.com/a.pdf\n  media_name: An invoice of April.pdf\n", ["push.media_name: is longer than the 20 characters"]),
        ('  to: ["+919876543210", "098765 43211"]\n  message: Hi\n  priority: high\n  application: 121\n', []),
    ],
)  # fmt: skip
def test_what_is_doubtful_is_a_note(push: str, notes: list[str]) -> None:
    found = [doubt.sentence for doubt in load_hook("h", HEAD + push, Surroundings()).doubts]
    assert len(found) == len(notes), found
    assert all(note in sentence for note, sentence in zip(notes, found, strict=True))


def test_a_fault_has_the_line_of_its_text() -> None:
    with pytest.raises(HookFaults) as caught:
        load_hook("h", HEAD + TO + "  message: |\n    Hi\n    {{ name | number('x') }}\n", Surroundings())
    assert [fault.line for fault in caught.value.faults] == [11]
