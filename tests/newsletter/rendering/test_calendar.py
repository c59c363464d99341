from dataclasses import replace
from datetime import UTC, datetime, timedelta

from newsletter.rendering import calendar
from newsletter.rendering.calendar import Appointment
from tests.golden.letters import BRUSSELS, EVENT

STAMP = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
assert EVENT.event
FACTS = EVENT.event
PARTY = Appointment(
    uid="item-5@news.example.org",
    facts=FACTS,
    title="Fête ; semences, graines\\plants",
    language="fr",
    description="Première ligne\nBEGIN:VALARM",
    url="https://example.org/fete",
)


def lines(appointment: Appointment) -> list[str]:
    file = calendar.event(appointment, stamped_at=STAMP)
    return file.replace(b"\r\n ", b"").decode().split("\r\n")


def test_moments_are_written_in_utc() -> None:
    found = lines(PARTY)

    assert "DTSTART:20261212T170000Z" in found
    assert "DTEND:20261212T213000Z" in found
    assert "DTSTAMP:20261123T100000Z" in found
    assert "UID:item-5@news.example.org" in found


def test_words_carry_their_language_and_cannot_add_properties() -> None:
    found = lines(PARTY)

    assert "SUMMARY;LANGUAGE=fr:Fête \\; semences\\, graines\\\\plants" in found
    assert "DESCRIPTION;LANGUAGE=fr:Première ligne\\nBEGIN:VALARM" in found
    assert "BEGIN:VALARM" not in found


def test_no_line_is_longer_than_75_octets_nor_cut_inside_a_character() -> None:
    file = calendar.event(replace(PARTY, title="é🌱" * 80), stamped_at=STAMP)

    folded = file.split(b"\r\n")

    assert max(map(len, folded)) <= 75
    assert all(line.decode() is not None for line in folded)
    assert file.endswith(b"END:VCALENDAR\r\n")


def test_a_whole_day_ends_on_the_day_after() -> None:
    day = datetime(2026, 12, 31, tzinfo=BRUSSELS)
    facts = replace(FACTS, starts_at=day, ends_at=None, all_day=True)

    found = lines(replace(PARTY, facts=facts))

    assert "DTSTART;VALUE=DATE:20261231" in found
    assert "DTEND;VALUE=DATE:20270101" in found


def test_an_end_before_the_beginning_is_left_out() -> None:
    facts = replace(FACTS, ends_at=FACTS.starts_at - timedelta(hours=1))

    assert not [line for line in lines(replace(PARTY, facts=facts)) if "DTEND" in line]


def test_a_link_that_nobody_should_follow_is_left_out() -> None:
    found = lines(replace(PARTY, url="javascript:alert(1)"))

    assert not [line for line in found if line.startswith("URL")]
