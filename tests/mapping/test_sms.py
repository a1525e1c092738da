"""What a text costs as an SMS, by 3GPP TS 23.038: 160 or 153 places in GSM-7, 70 or 67 in UCS-2."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.mapping.sms import Sms, doubt, measure


@pytest.mark.parametrize(
    ("text", "sms"),
    [
        ("", Sms("GSM-7", 0, 1, None)),
        ("Hi Asha, thank you!", Sms("GSM-7", 19, 1, None)),
        ("a" * 160, Sms("GSM-7", 160, 1, None)),
        ("a" * 161, Sms("GSM-7", 161, 2, None)),
        ("a" * 306, Sms("GSM-7", 306, 2, None)),
        ("a" * 307, Sms("GSM-7", 307, 3, None)),
        ("äöüßéñ£¥Ω\n@", Sms("GSM-7", 11, 1, None)),
        ("€[]{}\\~^|", Sms("GSM-7", 18, 1, None)),
        ("€" * 80, Sms("GSM-7", 160, 1, None)),
        ("a" * 152 + "€" * 5, Sms("GSM-7", 162, 2, None)),
        ("€" * 153, Sms("GSM-7", 306, 3, None)),  # 76 of them fill 152 of 153 places: the escape is never cut off
        ("₹ 500", Sms("UCS-2", 5, 1, '"₹" (U+20B9)')),
        ("ç" * 70, Sms("UCS-2", 70, 1, '"ç" (U+00E7)')),
        ("नमस्ते", Sms("UCS-2", 6, 1, '"न" (U+0928)')),
        ("न" * 71, Sms("UCS-2", 71, 2, '"न" (U+0928)')),
        ("न" * 134, Sms("UCS-2", 134, 2, '"न" (U+0928)')),
        ("न" * 135, Sms("UCS-2", 135, 3, '"न" (U+0928)')),
        ("👋", Sms("UCS-2", 2, 1, '"👋" (U+1F44B)')),
        ("👋" * 67, Sms("UCS-2", 134, 3, '"👋" (U+1F44B)')),  # 33 of them fill 66 of 67 places
        ("a\u00a0b", Sms("UCS-2", 3, 1, "U+00A0")),
        ("a\u200bb", Sms("UCS-2", 3, 1, "U+200B")),
        ("Hi 👋 ’", Sms("UCS-2", 7, 1, '"👋" (U+1F44B)')),
    ],
)
def test_a_text_is_measured(text: str, sms: Sms) -> None:
    assert measure(text) == sms


@given(st.text(max_size=400))
def test_a_longer_text_never_takes_fewer_parts(text: str) -> None:
    assert measure(text).parts <= measure(text + "a").parts
    assert (measure(text).because is None) == (measure(text).encoding == "GSM-7")


def test_one_part_is_no_doubt() -> None:
    assert doubt("a" * 160) is None
    assert doubt("न" * 70) is None


def test_more_parts_are_told_with_the_reason() -> None:
    assert doubt("a" * 187) == "The SMS takes 2 parts (187 characters in GSM-7); each is paid for."
    sentence = doubt("₹" + "a" * 149)
    assert sentence == 'The SMS takes 3 parts (150 characters in UCS-2 because of "₹" (U+20B9)); each is paid for.'


def test_what_a_word_processor_wrote_is_told_to_be_written_plainly() -> None:
    sentence = doubt("It’s " + "a" * 120)
    assert sentence is not None
    assert sentence.endswith("With plain quotes, hyphens and blanks it takes 1.")
