"""A segment's rule as a form of conditions, and in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from newsletter import i18n
from newsletter.i18n import N_
from newsletter.models import Issue
from subscribers import rules
from subscribers.directory import Wanted
from subscribers.models import MailingList
from subscribers.rules import AllOf, AnyOf, Condition, Field, Not, Rule, Value

ROWS = 8  # conditions of a form at most

# What a condition can ask, in the order of the choice: field and sign, in words.
KINDS: Mapping[str, str] = {
    "": N_("no condition"),
    "language =": N_("reads"),
    "language !=": N_("does not read"),
    "second =": N_("reads as second language"),
    "tag =": N_("has the topic or tag"),
    "tag !=": N_("does not have the topic or tag"),
    "list =": N_("is on the list"),
    "list !=": N_("is not on the list"),
    "joined >=": N_("joined on this day or later"),
    "joined <=": N_("joined on this day or earlier"),
    "received =": N_("got the issue"),
    "received !=": N_("did not get the issue"),
    "domain =": N_("has an address at"),
    "domain !=": N_("has no address at"),
}
_SAID: Mapping[str, str] = {
    "language =": N_("reads {value}"),
    "language !=": N_("does not read {value}"),
    "second =": N_("reads {value} as second language"),
    "second !=": N_("does not read {value} as second language"),
    "tag =": N_("has the topic or tag {value}"),
    "tag !=": N_("does not have the topic or tag {value}"),
    "list =": N_("is on the list {value}"),
    "list !=": N_("is not on the list {value}"),
    "received =": N_("got {value}"),
    "received !=": N_("did not get {value}"),
    "domain =": N_("has an address at {value}"),
    "domain !=": N_("has no address at {value}"),
    "joined =": N_("joined on {value}"),
    "joined !=": N_("did not join on {value}"),
    "joined >=": N_("joined on {value} or later"),
    "joined <=": N_("joined on {value} or earlier"),
    "joined >": N_("joined after {value}"),
    "joined <": N_("joined before {value}"),
    "confirmed =": N_("confirmed on {value}"),
    "confirmed !=": N_("did not confirm on {value}"),
    "confirmed >=": N_("confirmed on {value} or later"),
    "confirmed <=": N_("confirmed on {value} or earlier"),
    "confirmed >": N_("confirmed after {value}"),
    "confirmed <": N_("confirmed before {value}"),
    "attribute =": N_("has {name} {value}"),
    "attribute !=": N_("does not have {name} {value}"),
}


@dataclass(frozen=True)
class Row:
    """One condition of a form."""

    kind: str = ""
    value: str = ""


@dataclass(frozen=True)
class Names:
    """What lists and issues are called where a rule names them by slug and number."""

    lists: Mapping[str, str]
    issues: Mapping[int, str]


def rows_of(text: str) -> list[Row] | None:
    """Return a rule as rows of a form; None where it says more than these can."""
    rule = rules.parse(text)
    parts = rule.rules if isinstance(rule, AllOf) else (rule,)
    found = []
    for part in parts:
        if not isinstance(part, Condition):
            return None
        kind = f"{part.field} {part.operator}"
        if kind not in KINDS:
            return None
        found.append(Row(kind, ", ".join(_plain(each) for each in part.values)))
    return found if len(found) <= ROWS else None


def of_form(form: Mapping[str, str]) -> list[Row]:
    """Return the rows that a form has, without those that ask nothing."""
    found = [Row(form.get(f"k{n}", ""), form.get(f"v{n}", "")) for n in range(ROWS)]
    return [each for each in found if each.kind in KINDS and each.kind]


def rule_of(rows: Sequence[Row]) -> str:
    """Return rows as a rule; several values of one, with commas, are any of these."""
    return " and ".join(_condition(each) for each in rows)


def of_view(wanted: Wanted) -> str:
    """Return what of a view a rule can say."""
    parts = []
    if wanted.language:
        parts.append(f"language={wanted.language}")
    if wanted.tag:
        parts.append(f"tag={_quoted(wanted.tag)}")
    if wanted.since:
        parts.append(f"joined>={wanted.since.isoformat()}")
    if wanted.until:
        parts.append(f"joined<={wanted.until.isoformat()}")
    if wanted.rule:
        parts.append(f"({wanted.rule})")
    return " and ".join(parts)


def names_of(session: Session, language: str) -> Names:
    """Return what everything is called that a rule may name."""
    lists = session.exec(select(MailingList))
    _ = i18n.translator(language)
    sent = select(Issue.id, Issue.number, Issue.title).where(
        col(Issue.started_at).is_not(None)
    )
    latest = session.exec(sent.order_by(col(Issue.started_at).desc()).limit(200))
    return Names(
        {each.slug: each.name_in(language) for each in lists},
        {
            number or 0: _("No {number}", number=i18n.number(count or 0, language))
            + f", {title}"
            for number, count, title in latest
        },
    )


def said(rule: Rule, names: Names, language: str) -> str:
    """Return a rule in words of a language."""
    _ = i18n.translator(language)
    if isinstance(rule, Condition):
        return _condition_said(rule, names, language)
    if isinstance(rule, Not):
        return _("not ({rule})", rule=said(rule.rule, names, language))
    parts = [_inner(each, names, language) for each in rule.rules]
    joiner = _(" or ") if isinstance(rule, AnyOf) else _(" and ")
    return joiner.join(parts)


def _inner(rule: Rule, names: Names, language: str) -> str:
    words = said(rule, names, language)
    return f"({words})" if isinstance(rule, AllOf | AnyOf) else words


def _condition_said(rule: Condition, names: Names, language: str) -> str:
    _ = i18n.translator(language)
    values = [_value(rule, each, names, language) for each in rule.values]
    words = _SAID[f"{rule.field} {rule.operator}"]
    listed = _(" or ").join(values)
    return _(words, value=listed, **({"name": rule.name} if rule.name else {}))


def _value(rule: Condition, value: Value, names: Names, language: str) -> str:
    _ = i18n.translator(language)
    if value is None:
        return _("nothing known")
    if isinstance(value, timedelta):
        return _("the day {n} days ago", n=value.days)
    if isinstance(value, date):
        return i18n.day(value, language)
    return _named(rule.field, str(value), names, language)


def _named(field: Field, value: str, names: Names, language: str) -> str:
    if field in {Field.LANGUAGE, Field.SECOND}:
        return i18n.language_name(value, language)
    if field is Field.RECEIVED:
        return names.issues.get(int(value), value)
    return names.lists.get(value, value) if field is Field.LIST else f"“{value}”"


def _condition(row: Row) -> str:
    field, sign = row.kind.split(" ")
    values = [each.strip() for each in row.value.split(",")]
    listed = ",".join(_quoted(each) for each in values if each)
    return f"{field}{sign}{listed}" if listed else f'{field}{sign}""'


def _quoted(value: str) -> str:
    plain = value.replace('"', "")
    bare = plain and all(sign.isalnum() or sign in "-_.@" for sign in plain)
    return plain if bare and plain.lower() not in {"and", "or", "not"} else f'"{plain}"'


def _plain(value: Value) -> str:
    if value is None:
        return "none"
    if isinstance(value, timedelta):
        return f"-{value.days}d"
    return str(value)
