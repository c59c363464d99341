from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.errors import InvalidRule
from subscribers.rules import (
    AllOf,
    AnyOf,
    Condition,
    Field,
    Not,
    conditions_of,
    parse,
)

FRENCH = Condition(Field.LANGUAGE, "=", ("fr",))
PRESS = Condition(Field.TAG, "=", ("press",))
SCHOOLS = Condition(Field.TAG, "=", ("schools",))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("language=fr", FRENCH),
        ("  LANGUAGE = FR  ", FRENCH),
        ("language=nl,fr_be", Condition(Field.LANGUAGE, "=", ("nl", "fr-BE"))),
        ("language=nl, none", Condition(Field.LANGUAGE, "=", ("nl", None))),
        ("tag!=press", Condition(Field.TAG, "!=", ("press",))),
        ('tag="Press  and TV"', Condition(Field.TAG, "=", ("press and tv",))),
        ('tag="not"', Condition(Field.TAG, "=", ("not",))),
        ("domain=@Exämple.org", Condition(Field.DOMAIN, "=", ("@xn--exmple-cua.org",))),
        (
            "joined>=2025-01-31",
            Condition(Field.JOINED, ">=", (date(2025, 1, 31),)),
        ),
        (
            "confirmed!=2025-01-31,2025-02-01",
            Condition(Field.CONFIRMED, "!=", (date(2025, 1, 31), date(2025, 2, 1))),
        ),
        ("joined>=-30d", Condition(Field.JOINED, ">=", (timedelta(days=30),))),
        ("second=NL,none", Condition(Field.SECOND, "=", ("nl", None))),
        ("list=Press,schools", Condition(Field.LIST, "=", ("press", "schools"))),
        ("received!=12,7", Condition(Field.RECEIVED, "!=", (12, 7))),
        (
            'attribute.City="Liège  (centre)",none',
            Condition(Field.ATTRIBUTE, "=", ("Liège (centre)", None), "City"),
        ),
        (
            'ATTRIBUTE."home town"="none"',
            Condition(Field.ATTRIBUTE, "=", ("none",), "home town"),
        ),
        ("attribute.a.b=c", Condition(Field.ATTRIBUTE, "=", ("c",), "a.b")),
        ("not tag=press", Not(PRESS)),
        ("not not tag=press", Not(Not(PRESS))),
        ("language=fr and tag=press", AllOf((FRENCH, PRESS))),
        (
            "language=fr and tag=press or tag=schools",
            AnyOf((AllOf((FRENCH, PRESS)), SCHOOLS)),
        ),
        (
            "language=fr and (tag=press OR tag=schools)",
            AllOf((FRENCH, AnyOf((PRESS, SCHOOLS)))),
        ),
        ("not (language=fr and tag=press)", Not(AllOf((FRENCH, PRESS)))),
    ],
)
def test_a_rule_is_read(text: str, rule: object) -> None:
    assert parse(text) == rule


@pytest.mark.parametrize(
    ("text", "position", "sentence"),
    [
        ("", 1, "At the end: expected one of language, tag"),
        ("language=nl and", 16, "At the end: expected one of language"),
        ("colour=red", 1, "“colour”: nothing is called so"),
        ("and tag=press", 1, "“and”: expected one of language"),
        ("language", 9, "expected a sign such as = after “language”"),
        ("language fr", 10, "“fr”: expected a sign"),
        ("language=", 10, "expected a value for “language”"),
        ("tag=and", 5, "“and”: expected a value"),
        ('tag=""', 6, "expected a value for “tag”"),
        ("language=klingon", 10, "“klingon”: this is not a language tag"),
        ("language>fr", 9, "“language” is compared with = or !="),
        ("joined>=2025-13-01", 9, "this is not a day; write it as 2025-01-31"),
        ("joined>=2025-01-01,2025-01-02", 19, ">= takes one day"),
        ("joined<=9999-12-31", 9, "this is not a day"),
        ("joined>=-1000000d", 9, "or -30d for 30 days ago"),
        ("received=one", 10, "“one”: this is not the number of an issue"),
        ("received=²", 10, "this is not the number of an issue"),
        ("received=2147483648", 10, "this is not the number of an issue"),
        ("received>3", 9, "“received” is compared with = or !="),
        ("attribute=Liège", 1, "nothing is called so; use language, tag"),
        ("attribute.=Liège", 1, "attribute.NAME"),
        ('attribute." "=Liège', 12, "attribute.NAME"),
        ("tag.city=Liège", 1, "nothing is called so"),
        ("attribute.city>Liège", 15, "“attribute” is compared with = or !="),
        ('attribute.city=""', 17, "expected a value for “attribute”"),
        ("second=klingon", 8, "this is not a language tag"),
        ("domain=localhost", 8, "this is not a domain; write example.org"),
        ("tag=press tag=schools", 11, "expected “and”, “or” or the end"),
        ("(tag=press", 11, "expected a closing bracket"),
        ("tag=press)", 10, "expected “and”, “or” or the end"),
        ("(" * 30 + "tag=press" + ")" * 30, 22, "brackets nest 20 deep at most"),
        ("not " * 30 + "tag=press", 85, "“not” repeats 20 times at most"),
        ('tag=press and  "', 16, "is a quotation mark missing?"),
        ("tag=a!b", 6, "this sign has no meaning here"),
        ("tag=a\x00b", 6, "no control characters"),
        ("tag=\ud800", 5, "no control characters"),
        ("tag=" + "a" * 2000, 1, "2,000 characters at most"),
    ],
)
def test_a_mistake_is_explained_where_it_stands(
    text: str, position: int, sentence: str
) -> None:
    with pytest.raises(InvalidRule) as stumbled:
        parse(text)

    assert sentence in str(stumbled.value)
    assert stumbled.value.position == position


def test_the_conditions_of_a_rule_are_told_from_left_to_right() -> None:
    rule = parse("language=fr and not (tag=press or tag=schools)")

    assert list(conditions_of(rule)) == [FRENCH, PRESS, SCHOOLS]


SPICE = [
    "attribute.city",
    "list=a",
    "received=1",
    "-3d",
    "2025-01-01",
    "example.org",
    '"a b"',
    '"',
    "'",
    "%",
    ";--",
    "é",
    "\x00",
]
PLAIN = ["and", "or", "not", "(", ")", ",", "=", "!=", ">=", "fr", "none", "press"]
words = st.sampled_from([*Field, *PLAIN, *SPICE])


@given(st.lists(words, max_size=30).map(" ".join) | st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse(text)
    except InvalidRule as error:
        assert 1 <= error.position <= len(text) + 1  # noqa: PT017  # raising is optional
