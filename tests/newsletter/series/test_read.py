"""Rules in words: what is understood in four languages, what is refused and why."""

from datetime import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.errors import BadRule
from newsletter.series import rules, say
from newsletter.series.rules import LAST, Rule

UNDERSTOOD = [
    ("first Tuesday 10:00", "first Tuesday 10:00"),
    ("on the first Tuesday of the month at 10:00", "first Tuesday 10:00"),
    ("1st tue 10.00", "first Tuesday 10:00"),
    ("premier mardi 10:00", "first Tuesday 10:00"),
    ("le premier mardi du mois à 10 h", "first Tuesday 10:00"),
    ("eerste dinsdag 10:00", "first Tuesday 10:00"),
    ("de eerste dinsdag van de maand om 10 uur", "first Tuesday 10:00"),
    ("eerste dinsdag om 10u", "first Tuesday 10:00"),
    ("elke maandag om 10u30", "every Monday 10:30"),
    ("first Tuesday 10am", "first Tuesday 10:00"),
    ("every Monday at 2:30 p.m.", "every Monday 14:30"),
    ("every Monday 12 am", "every Monday 00:00"),
    ("erster Dienstag 10:00", "first Tuesday 10:00"),
    ("jeden ersten Dienstag um 10 Uhr", "first Tuesday 10:00"),
    ("second and fourth Friday 9:30", "second and fourth Friday 09:30"),
    ("deuxième et quatrième vendredi 9h30", "second and fourth Friday 09:30"),
    ("elke tweede maandag van de maand 9:00", "second Monday 09:00"),
    ("every Monday 08:00", "every Monday 08:00"),
    ("chaque lundi et jeudi à 8 h", "every Monday and Thursday 08:00"),
    ("tous les lundis 08:00", "every Monday 08:00"),
    ("elke maandag om 8.00 uur", "every Monday 08:00"),
    ("jeden Montag um 8 Uhr", "every Monday 08:00"),
    ("every day 07:00", "every day 07:00"),
    ("last Thursday 17:00", "last Thursday 17:00"),
    ("laatste donderdag 17:00", "last Thursday 17:00"),
    ("1st of the month 09:00", "1st of the month 09:00"),
    ("le 1er de chaque mois à 9 h", "1st of the month 09:00"),
    ("am 1. des Monats um 9.00 Uhr", "1st of the month 09:00"),
    ("15de van de maand 09:00", "15th of the month 09:00"),
    ("dernier jour du mois 17h", "last day of the month 17:00"),
    (
        "first Tuesday and third Thursday 10:00",
        "first Tuesday and third Thursday 10:00",
    ),
]
REFUSED = [
    ("", "time of day"),
    ("Monday", "time of day"),
    ("first Tuesday 25:00", "not a time of day"),
    ("first Tuesday 13 pm", "not a time of day"),
    ("first Tuesday 0am", "not a time of day"),
    ("10:00", "is not a rule"),
    ("last 10:00", "is not a rule"),
    ("first Monday 15th 10:00", "is not a rule"),
    ("Monday and 1st of the month 10:00", "is not a rule"),
    ("someday 10:00", "“someday”"),
    ("Monday\x00 10:00", "not understood"),
    ("x" * 1000 + " 10:00", "too long"),
    ("31st of the month 09:00", "1 to 28"),
    ("0 of the month 09:00", "1 to 28"),
    ("fifth Monday 09:00", "fifth"),
    ("5th Monday 09:00", "fifth"),
    # To many, these mean every other week.
    ("every two weeks on Monday 08:00", "Weeks cannot be counted"),
    ("every second Monday 08:00", "Weeks cannot be counted"),
    ("jeden zweiten Montag 08:00", "Weeks cannot be counted"),
]


@pytest.mark.parametrize(("text", "kept"), UNDERSTOOD)
def test_a_rule_is_understood_and_kept_in_one_form(text: str, kept: str) -> None:
    assert rules.canonical(rules.read(text)) == kept


@pytest.mark.parametrize(("text", "why"), REFUSED)
def test_what_is_no_rule_is_refused_with_a_sentence(text: str, why: str) -> None:
    with pytest.raises(BadRule, match=why):
        rules.read(text)


_days = st.integers(0, 6)
_each = st.tuples(st.sampled_from([1, 2, 3, 4, LAST]), _days)
_times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
_rules = st.one_of(
    st.builds(
        lambda at, days: Rule(at, weekly=days),
        _times,
        st.sets(_days, min_size=1, max_size=3),
    ),
    st.builds(
        lambda at, days: Rule(at, monthly=days),
        _times,
        st.sets(_each, min_size=1, max_size=3),
    ),
    st.builds(
        lambda at, days: Rule(at, dates=days),
        _times,
        st.sets(st.integers(1, 28), min_size=1, max_size=3),
    ),
)


@settings(deadline=None)  # a slow machine is no fault of ours
@given(_rules)
def test_the_kept_form_says_the_same_rule(rule: Rule) -> None:
    kept = rules.canonical(rule)

    again = rules.read(kept)

    assert again.at == rule.at
    assert set(again.weekly) == set(rule.weekly)
    assert set(again.monthly) == set(rule.monthly)
    assert set(again.dates) == set(rule.dates)
    assert rules.read(rules.canonical(again)) == again


@pytest.mark.parametrize("language", ["en", "fr", "nl", "de"])
@settings(deadline=None)  # a slow machine is no fault of ours
@given(_rules)
def test_what_is_said_back_is_understood(language: str, rule: Rule) -> None:
    kept = rules.read(rules.canonical(rule))

    assert rules.read(say(kept, language)) == kept


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "premier et troisième mardi à 9\xa0h\xa030"),
        ("nl", "eerste en derde dinsdag om 09.30\xa0uur"),
        ("de", "erster und dritter Dienstag um 09:30\xa0Uhr"),
        ("en", "first and third Tuesday at 09:30"),
        ("ar", "first and third Tuesday at 09:30"),  # no words of ours
    ],
)
def test_a_rule_is_said_in_the_readers_language(language: str, words: str) -> None:
    rule = rules.read("first and third Tuesday 9:30")

    assert say(rule, language) == words
