"""Read segment rules such as `language=nl,fr and not tag=schools` (pure)."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from subscribers.addresses import normalise
from subscribers.errors import InvalidAddress, InvalidRule
from subscribers.languages import canonical
from subscribers.sentences import Saying

# Bounds on what one rule may make the database do.
_LONGEST = 2000
_DEEPEST = 20

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<open>\()|(?P<close>\))|(?P<comma>,)
        |(?P<operator>!=|>=|<=|=|>|<)
        |"(?P<quoted>[^"]*)"
        |(?P<word>[^\s,()=<>!"]+)
    )""",
    re.VERBOSE,
)
_JOINERS = frozenset({"and", "or", "not"})


class Field(StrEnum):
    """What a condition looks at."""

    LANGUAGE = "language"  # a tag covers its regions: fr is also fr-BE
    TAG = "tag"
    DOMAIN = "domain"  # of the address
    JOINED = "joined"  # the day the subscription was made, in UTC
    CONFIRMED = "confirmed"
    SECOND = "second"  # the second language
    LIST = "list"  # confirmed on it, or paused
    RECEIVED = "received"  # the number of an issue whose letter was accepted
    ATTRIBUTE = "attribute"  # what an import knows besides: attribute.city


_DAYS = frozenset({Field.JOINED, Field.CONFIRMED})
_NAMES = ", ".join(
    f"{field}.NAME" if field is Field.ATTRIBUTE else field for field in Field
)
_LARGEST_ID = 2**31 - 1
_AGO = re.compile(r"-([0-9]{1,5})d", re.IGNORECASE)

# None: "none". A span of time: so many days before the day that the rule is used.
Value = str | int | date | timedelta | None


@dataclass(frozen=True)
class Condition:
    """One test: any of `values` will do. None stands for “not known”."""

    field: Field
    operator: str
    values: tuple[Value, ...]
    name: str = ""  # of the attribute


@dataclass(frozen=True)
class Not:
    """Everybody the inner rule leaves out."""

    rule: "Rule"


@dataclass(frozen=True)
class AllOf:
    """Whoever every one of these rules selects."""

    rules: "tuple[Rule, ...]"


@dataclass(frozen=True)
class AnyOf:
    """Whoever at least one of these rules selects."""

    rules: "tuple[Rule, ...]"


Rule = Condition | Not | AllOf | AnyOf


def parse(text: str) -> Rule:
    """Return the rule that `text` states; raises InvalidRule with a position.

    `not` binds tighter than `and`, `and` tighter than `or`; brackets group.
    Values with spaces, commas or brackets stand in double quotes; `none`, without
    quotes, is what is not known.
    """
    _refuse_noise(text)
    reader = _Reader(_tokens(text), len(text) + 1)
    rule = _any_of(reader, 0)
    if reader.kind:
        raise reader.stumble(Saying("expected “and”, “or” or the end"))
    return rule


def conditions_of(rule: Rule) -> Iterator[Condition]:
    """Yield every condition of a rule, from left to right."""
    if isinstance(rule, Condition):
        yield rule
    elif isinstance(rule, Not):
        yield from conditions_of(rule.rule)
    else:
        for part in rule.rules:
            yield from conditions_of(part)


def _refuse_noise(text: str) -> None:
    if len(text) > _LONGEST:
        raise InvalidRule("A rule has {most} characters at most.", most=_LONGEST)
    for position, sign in enumerate(text, 1):
        if unicodedata.category(sign) in {"Cc", "Cs"} and sign not in "\t\r\n":
            raise InvalidRule(
                "At character {at}: a rule holds no control characters.",
                at=str(position),
                position=position,
            )


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    position: int


class _Reader:
    """Walks over the tokens of one rule."""

    def __init__(self, tokens: list[_Token], end: int) -> None:
        self._tokens = tokens
        self._end = end
        self._next = 0

    @property
    def kind(self) -> str:
        """The kind of the coming token, empty at the end."""
        coming = self._tokens[self._next : self._next + 1]
        return coming[0].kind if coming else ""

    def take(self, *kinds: str) -> str | None:
        """Return the text of the coming token and pass it, if it is of these kinds."""
        if self.kind not in kinds:
            return None
        self._next += 1
        return self._tokens[self._next - 1].text

    def stumble(self, trouble: Saying, *, back: int = 0) -> InvalidRule:
        """Return the error to raise about the coming token, or one before it."""
        index = self._next - back
        here = self._tokens[index : index + 1]
        if not here:
            return InvalidRule(
                "At the end: {trouble}.", trouble=trouble, position=self._end
            )
        found = here[0]
        return InvalidRule(
            "At character {at}, “{found}”: {trouble}.",
            at=str(found.position),
            found=found.text[:40],
            trouble=trouble,
            position=found.position,
        )


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise InvalidRule(
                "At character {at}, “{found}”: this sign has no meaning here; is a "
                "quotation mark missing?",
                at=str(at + 1),
                found=text[at : at + 10],
                position=at + 1,
            )
        kind = str(match.lastgroup)
        word = match[kind]
        if kind == "word" and word.lower() in _JOINERS:
            kind = word.lower()
        found.append(_Token(kind, word, match.start(match.lastgroup or 0) + 1))
        at = match.end()
    return found


def _any_of(reader: _Reader, depth: int) -> Rule:
    if depth > _DEEPEST:
        trouble = Saying("brackets nest {most} deep at most", most=_DEEPEST)
        raise reader.stumble(trouble)
    rules = [_all_of(reader, depth)]
    while reader.take("or"):
        rules.append(_all_of(reader, depth))
    return rules[0] if len(rules) == 1 else AnyOf(tuple(rules))


def _all_of(reader: _Reader, depth: int) -> Rule:
    rules = [_single(reader, depth)]
    while reader.take("and"):
        rules.append(_single(reader, depth))
    return rules[0] if len(rules) == 1 else AllOf(tuple(rules))


def _single(reader: _Reader, depth: int) -> Rule:
    if depth > _DEEPEST:
        trouble = Saying("“not” repeats {most} times at most", most=_DEEPEST)
        raise reader.stumble(trouble)
    if reader.take("not"):
        return Not(_single(reader, depth + 1))
    if reader.take("open"):
        inner = _any_of(reader, depth + 1)
        if not reader.take("close"):
            raise reader.stumble(Saying("expected a closing bracket"))
        return inner
    return _condition(reader)


def _condition(reader: _Reader) -> Condition:
    field, name = _field(reader)
    operator = reader.take("operator")
    if operator is None:
        trouble = Saying("expected a sign such as = after “{field}”", field=field)
        raise reader.stumble(trouble)
    if operator not in {"=", "!="} and field not in _DAYS:
        trouble = Saying("“{field}” is compared with = or !=", field=field)
        raise reader.stumble(trouble, back=1)
    values = [_value(reader, field)]
    while reader.take("comma"):
        if operator not in {"=", "!="}:
            trouble = Saying("{sign} takes one day", sign=operator)
            raise reader.stumble(trouble, back=1)
        values.append(_value(reader, field))
    return Condition(field, operator, tuple(values), name)


def _field(reader: _Reader) -> tuple[Field, str]:
    """Return what a condition looks at, with the name of an attribute."""
    word = reader.take("word")
    if word is None:
        raise reader.stumble(Saying("expected one of {names}", names=_NAMES))
    start, dot, name = word.partition(".")
    if dot and start.lower() == Field.ATTRIBUTE:
        # A name with spaces is quoted: attribute."home town".
        name = " ".join((name or reader.take("quoted") or "").split())
    known = start.lower() in list(Field)
    if not known or bool(name) != (start.lower() == Field.ATTRIBUTE):
        trouble = Saying("nothing is called so; use {names}", names=_NAMES)
        raise reader.stumble(trouble, back=1)
    return Field(start.lower()), name


def _value(reader: _Reader, field: Field) -> Value:
    quoted = reader.kind == "quoted"
    word = reader.take("word", "quoted")
    if word is None or not word.strip():
        trouble = Saying("expected a value for “{field}”", field=field)
        raise reader.stumble(trouble, back=word is not None)
    if field is Field.ATTRIBUTE:
        bare = not quoted and word.lower() == "none"
        return None if bare else " ".join(word.split())
    try:
        return _READ[field](word.strip())
    except InvalidRule as error:
        raise reader.stumble(error.said, back=1) from error


def _language(word: str) -> str | None:
    if word.lower() == "none":
        return None
    tag = canonical(word)
    if tag is None:
        raise InvalidRule("this is not a language tag; write fr, nl-BE or none")
    return tag


def tag_key(text: str) -> str:
    """Return a tag as it is stored and compared: one space, small letters."""
    return " ".join(text.split()).casefold()


def _domain(word: str) -> str:
    try:
        return normalise(f"x@{word.removeprefix('@')}").key[1:]
    except InvalidAddress as error:
        raise InvalidRule("this is not a domain; write example.org") from error


def _day(word: str) -> date | timedelta:
    ago = _AGO.fullmatch(word)
    if ago:
        return timedelta(days=int(ago[1]))
    try:
        day = date.fromisoformat(word)
        day + timedelta(days=1)  # where the day ends
    except (ValueError, OverflowError) as error:
        raise InvalidRule(
            "this is not a day; write it as 2025-01-31, or -30d for 30 days ago"
        ) from error
    return day


def _issue(word: str) -> int:
    if not (word.isascii() and word.isdigit() and len(word) <= len(str(_LARGEST_ID))):
        raise InvalidRule("this is not the number of an issue")
    number = int(word)
    if number > _LARGEST_ID:
        raise InvalidRule("this is not the number of an issue")
    return number


_READ: dict[Field, Callable[[str], Value]] = {
    Field.LANGUAGE: _language,
    Field.TAG: tag_key,
    Field.DOMAIN: _domain,
    Field.JOINED: _day,
    Field.CONFIRMED: _day,
    Field.SECOND: _language,
    Field.LIST: str.lower,
    Field.RECEIVED: _issue,
}
