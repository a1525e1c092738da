"""The sentences of a message's story: for each state, code and moment the cause, and what to do.

What a state means stands in `states`, what an answer means in `picky.outcome`; everything else that is said stands
here. A text may have places such as `{id}` and `{account}`, which `adapter.delivery.steps` fills.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from adapter.delivery.states import MEANINGS
from adapter.picky.outcome import ALL_MEANINGS, Meaning


@dataclasses.dataclass(frozen=True, slots=True)
class Text:
    """What happened, and what to do; `do` is empty where nothing is to be done, or nothing can be."""

    cause: str = ""
    do: str = ""

    def __add__(self, other: Text) -> Text:
        return Text(f"{self.cause} {other.cause}".strip(), f"{self.do} {other.do}".strip())


_TO_DO: Final[Mapping[str, str]] = {
    "parked": "After that it leaves by itself within the hour, or at once with: python -m adapter resume {account}",
    "held": "Send it now with: python -m adapter release {id}",
    "dead": "Once the cause is gone, send it again with: python -m adapter replay {id}",
}
STATES: Final[Mapping[str, Text]] = {state: Text(meaning, _TO_DO.get(state, "")) for state, meaning in MEANINGS.items()}

OWN: Final[Mapping[str, Mapping[str, Text]]] = {
    "delivered": {"confirmed": Text("No answer came, but a person said here that it arrived.")},
    "dead": {
        "preparation_failed": Text(
            "Preparing it stopped the relay again and again, so it was given up.",
            "The relay's log says what stopped it; when that is mended: python -m adapter replay {id}",
        ),
    },
    "failed": {
        "delivery_failed": Text(
            "Picky Assist took it, but its delivery report says that it failed.",
            "Check the number; Picky Assist's support finds the message by its msg_id {msg_id}. "
            "Send it again with: python -m adapter replay {id}",
        ),
    },
    "refunded": {
        "refunded": Text(
            "Its delivery report says that it did not arrive and that the credit came back.",
            "Check the number, or name another way under push.fallback in the hook. "
            "To try again: python -m adapter replay {id}",
        ),
    },
    "held": {
        "delayed": Text("It waits for the end of the delay that its hook sets."),
        "send_at": Text("It waits for the hour that its hook sets."),
        "quiet_hours": Text("It waits for the end of the quiet hours."),
        "over_limit": Text("Its recipient got as many messages as the hook's limit allows; it waits for its turn."),
        "daily_cap": Text(
            "The account {account} has sent as many messages as its daily cap allows; it waits for the next day.",
            "To send more in a day, raise the cap.",
        ),
    },
    "cancelled": {
        "expired": Text(
            "It was too late: the time that its hook sets under expires was over.",
            "If such messages should still go, give the hook a longer expires.",
        ),
        "opted_out": Text(
            "The recipient wants no messages from this account, so it was stopped.",
            "Nothing, unless the recipient asks for messages again. The list: python -m adapter optouts",
        ),
        "overtaken": Text("It was not delivered in time, so it was stopped and the next way was taken."),
        "delivered_otherwise": Text("An earlier way was delivered after all, so this one was stopped."),
    },
}
"""What the engine itself writes as a message's error, by the state that it says it of."""

BY_CODE: Final[Mapping[str, Meaning]] = {meaning.code: meaning for meaning in ALL_MEANINGS}
_AT_THE_SENDER: Final = (
    "See what came with: python -m adapter why {id} --http. Correct the hook or its sender, and let it post again."
)
_OF_ANSWERS: Final[Mapping[str, str]] = {
    "empty_number_list": _AT_THE_SENDER,
    "empty_message": _AT_THE_SENDER,
    "invalid_request": _AT_THE_SENDER,
    "window_closed": "Use an approved template (push.template) in the hook, or name one as a way under push.fallback.",
    "undocumented_status": "Ask Picky Assist what its answer means; it stands in: python -m adapter why {id} --json",
}
CODES: Final[Mapping[str, Text]] = {
    **{code: Text(meaning.sentence, _OF_ANSWERS.get(code, "")) for code, meaning in BY_CODE.items()},
    **{code: text for texts in OWN.values() for code, text in texts.items()},
}
"""Every code that may stand as the error of a message or the outcome of an attempt."""

MOMENTS: Final[Mapping[str, Text]] = {
    # of an event
    "received": Text("{method}, {bytes:,} bytes, from {source} ({destination})."),
    "read": Text("{decoded_as}: {because}"),
    "read_so": Text("{decoded_as}."),
    "repaired": Text('{field}: "{was}" -> "{now}" ({code}).'),
    "repaired_unseen": Text("{field} was corrected ({code})."),
    "warning": Text("{warning}"),
    "wrong": Text("{key}: {fault}"),
    "wrong_unseen": Text("It is missing or wrong."),
    "more": Text("{count:,} more of these; all of them: python -m adapter why {id} --json"),
    "again": Text("{times}; nothing was sent for that."),
    "ignored": Text("Nothing is sent, on purpose."),
    "because": Text("{reason}"),
    "rejected": Text(
        "Nothing was sent for what is wrong with it.",
        "Correct the hook, or what its sender sends. Then: python -m adapter replay {id}",
    ),
    "rejected_push": Text("Nothing of this push was sent.", "Post it again, corrected."),
    # of a message
    "rendered": Text("{what}, to go through account {account}, channel {channel}."),
    "queued": Text("It was stored, to be sent in its turn."),
    "way": Text("Way {way} through account {account}, because way {before} ended {status}."),
    "way_late": Text("Way {way} through account {account}, because way {before} was not delivered in time."),
    "both": Text(
        "Way {before} was delivered after all, when this one had been handed over already: both went out.",
        "To make this rarer, give the way before more time under push.fallback.",
    ),
    "took": Text("The call took {seconds:.1f} s."),
    "open": Text("No answer yet."),
    "together": Text("The push was refused, with {count:,} messages in it; which of them is at fault was not known."),
    "between": Text("{count:,} more attempts were made in between."),
    "of_attempt": Text("This is about attempt {attempt}."),
    "says": Text('Picky Assist says: "{report}"'),
    "asked": Text("Picky Assist was asked for this report."),
    "opt_out_message": Text('The recipient wrote "{word}".'),
    "opt_out_unseen": Text("The recipient wrote so."),
    "opt_out_owner": Text("The number was put on the opt-out list by hand."),
    "opt_out_import": Text("The number came with an imported opt-out list."),
    # why it is as it is
    "split": Text(
        "The push that it was in was refused; it goes again in a smaller one, until the bad message is found."
    ),
    "held_whole": Text("The push that it was in was refused as a whole, and PICKY_SPLIT=0 says to hold all of it."),
    "partly": Text(
        "The push that it was in was refused, but a part of it was taken. Whether this one was is not known."
    ),
    "last": Text("The last time: {cause}"),
    "by_hand": Text("It was cancelled by hand."),
    "silent": Text(
        "Accepted {age} ago, no report since; it may not have arrived.",
        "Check the number, and that your WhatsApp display name is approved.",
    ),
    "blind": Text(
        "Account {account} has never had a delivery report, so accepted is the last thing you will see.",
        "Paste the Event webhook into Picky Assist -> Developers -> Webhooks; its address: python -m adapter check",
    ),
    "resend": Text("Its hook says on_unknown: resend, so it is sent again by itself."),
    "report_due": Text(
        "A delivery report may still tell.", "Wait for it: after {limit} without one it probably did not arrive."
    ),
    "no_report": Text(
        "No delivery report came within {limit}, so it probably did not arrive.",
        "Send it again with: python -m adapter replay {id}",
    ),
    "left": Text(
        "It is not sent again by itself.",
        "If you want it to go again, though it may be twice: python -m adapter replay {id}",
    ),
    "paused": Text("The {kind} {name} is paused.", "Resume it with: python -m adapter resume {name}"),
    "cannot": Text("The account {account} cannot send: {cause}"),
    "doubt": Text("The account {account} gave no answer lately; it is asked again before more is sent."),
    "ahead": Text("Messages ahead of it: {count:,}."),
    "ahead_many": Text("More than {count:,} messages are ahead of it."),
    "other_way": Text("Another way was taken for it: {next_way}."),
    # what comes
    "retry": Text("It is tried again then."),
    "leaves": Text("It leaves then, if nothing stands against it."),
    "too_late": Text("What has not left by then is cancelled."),
    "never_leaves": Text("It is too late by then and is cancelled, because what holds it lasts longer."),
    "deadline": Text("Without a report that it was delivered by then, the next way is taken."),
    # of a notice
    "notice_queued": Text('The address that the hook notifies is to be told "{state}".'),
    "notice_sent": Text('The address that the hook notifies was told "{state}".'),
    "notice_dead": Text(
        'The address that the hook notifies could not be told "{state}", and it is not tried again.',
        "Correct the address under notify in the hook, or what listens there. "
        "Then: python -m adapter notices {id} --replay",
    ),
    "notice_cancelled": Text('The address that the hook notifies is not told "{state}" any more.'),
}
"""What is said where neither a state nor a code says it."""


def first_sentence(code: str) -> str:
    """What happened, without what became of it: a code's first sentence."""
    head, stop, _ = CODES[code].cause.partition(". ") if code in CODES else (code, "", "")
    return head + stop.strip()
