"""What counts as STOP and START: a whole word, in any dress, of English and of the locale's language."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from babel import localedata

from adapter.delivery.stop_words import IN, OUT, plain, words_for


def meaning(text: str, locale: str = "en") -> str | None:
    said = words_for(locale).meaning(text)
    return said.way if said else None


@pytest.mark.parametrize(
    "text",
    ["STOP", "stop", " Stop. ", "STOP!", "*stop*", "_Stop_", "«stop»", "🛑 STOP 🛑", "Stop\n", "stop\ufe0f", "ＳＴＯＰ",
     "𝗦𝗧𝗢𝗣", "s\u200btop", "\u202estop", "stop\0", "STOP  ALL", "stop\u00a0all", "Stop promotions", "Unsubscribe", "opt-out"],
)  # fmt: skip
def test_the_word_counts_in_any_dress(text: str) -> None:
    assert meaning(text) == "out"


@pytest.mark.parametrize(
    "text",
    ["", " ", "🛑", "!", "stop it", "don't stop", "nonstop", "bus stop", "s t o p", "stopp", "cancel", "CANCEL", "end",
     "quit", "yes", "no", "1", "баја", "STOP" + "!" * 200, "\ud800", "\0"],
)  # fmt: skip
def test_nothing_else_counts(text: str) -> None:
    assert meaning(text) is None


@pytest.mark.parametrize(
    ("locale", "text"),
    [("fr", "ARRET"), ("fr_CA", "arrêt"), ("fr", "arre\u0302t"), ("es_MX", "Baja"), ("hi", "बंद  करें।"), ("hi_IN", "Band karo"),
     ("ar", "ايقاف"), ("ar_AE", "إيقاف"), ("tr", "ABONELİKTEN ÇIK"), ("tr", "abonelikten çık"), ("ru", "СТОП!"), ("pt-BR", "Sair"),
     ("de", "STOPP"), ("bn", "বন্ধ করুন।"), ("ta", "நிறுத்து"), ("id", "BERHENTI"), ("hi", "stop"), ("tr", "STOP")],
)  # fmt: skip
def test_a_locale_adds_the_words_of_its_language_to_the_english_ones(locale: str, text: str) -> None:
    assert meaning(text, locale) == "out"


def test_words_of_other_languages_do_not_count() -> None:
    assert meaning("baja", "en_IN") is None
    assert meaning("dur", "de") is None  # hard, in French and in German music


@pytest.mark.parametrize("language", sorted(OUT))
def test_the_words_of_a_language_are_whole_and_opposite(language: str) -> None:
    assert localedata.exists(language)
    words = words_for(language)
    assert not words.out & words.back
    assert {words.meaning(word).way for word in OUT[language]} == {"out"}  # type: ignore[union-attr]
    assert {words.meaning(word).way for word in IN.get(language, ("start",))} == {"in"}  # type: ignore[union-attr]
    assert all(plain(word) == word for word in words.out | words.back)


def test_a_language_that_brings_back_also_puts_on() -> None:
    assert IN.keys() <= OUT.keys()


def test_the_settings_replace_the_words() -> None:
    words = words_for("hi", out=("NO más", "genug!"), back=("Weiter",))
    assert [said and said.way for said in map(words.meaning, ("no mas", "Genug", "weiter", "stop", "start"))] == [
        "out", "out", "in", None, None,
    ]  # fmt: skip


def test_one_setting_leaves_the_other_alone_and_none_is_no_word() -> None:
    assert words_for("en", out=("basta",)).back == words_for("en").back
    silent = words_for("en", out=("None",), back=("none",))
    assert (silent.out, silent.back) == (frozenset(), frozenset())
    assert words_for("en", out=("!!!", "")).out == frozenset()


def test_a_word_that_is_in_both_lists_puts_on_the_list() -> None:
    assert meaning("halt", "en") is None
    said = words_for("en", out=("halt",), back=("halt",)).meaning("halt")
    assert said is not None
    assert said.way == "out"


def test_a_text_is_compared_without_case_accents_and_dress_but_with_its_vowel_signs() -> None:
    assert plain("  «ARRÊTER !»  ") == "arreter"
    assert plain("बंद करें") == unicodedata.normalize("NFKD", "बंद करें")
    assert plain("नि") != plain("न")


def test_the_documentation_lists_the_words() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "opt-out.md").read_text(encoding="utf-8")
    for language, words in OUT.items():
        assert f"(`{language}`) | {', '.join(words)} | {', '.join(IN.get(language, ()))} |" in page
