"""Commands of the doctor: what receivers see of a sender, and what to publish."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from newsletter import config, db, dkim, doctor, sending
from newsletter.cli import program
from newsletter.cli.program import JsonFlag, Program
from newsletter.config import INTERFACE_LANGUAGES, Settings
from newsletter.doctor import Colour, Diagnosis, Examination, Patient
from newsletter.domains import Lookup
from newsletter.errors import NewsletterError
from newsletter.smtp import Outcome, Verdict
from subscribers import addresses, lists
from subscribers.errors import SubscriberError

app = typer.Typer(
    invoke_without_command=True,
    help="Examine senders: DNS, relay, pages, and this program itself.",
)

ListOption = Annotated[
    str | None, typer.Option("--list", help="Only this list; else every list.")
]
Offline = Annotated[
    bool, typer.Option("--offline", help="Ask nobody outside; show what to publish.")
]
LoopTest = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Send a letter to a mailbox of yours."),
]
Addresses = Annotated[
    list[str] | None,
    typer.Option("--ip", help="Where your own mail server sends from; repeatable."),
]
Language = Annotated[
    str, typer.Option(help=f"Of the sentences: {', '.join(INTERFACE_LANGUAGES)}.")
]
Left = Annotated[Path, typer.Argument(help="The letter as it left.")]
Arrived = Annotated[Path, typer.Argument(help="The source of what arrived.")]

_LONGEST_ASKING = 3.0  # seconds for the keys of all signatures


@app.callback()
def examine(
    context: typer.Context,
    *,
    slug: ListOption = None,
    offline: Offline = False,
    loop_test: LoopTest = None,
    ips: Addresses = None,
    language: Language = "en",
    json: JsonFlag = False,
) -> None:
    """Examine senders, relays, pages and this program; exit 1 if something is red.

    With --loop-test, only send a letter to a mailbox of yours, to compare it with
    what arrives there.
    """
    if context.invoked_subcommand:
        return
    if language not in INTERFACE_LANGUAGES:
        raise typer.BadParameter(f"choose of {', '.join(INTERFACE_LANGUAGES)}")
    settings = config.load()
    if loop_test:
        _send_loop(slug, loop_test, language)
        return
    house: list[Diagnosis] = []
    try:
        with program.opened() as opened:
            house += _database(opened)
            patients = _patients(opened, slug, [_address(each) for each in ips or ()])
    except SubscriberError:
        raise  # no such list
    except NewsletterError as error:
        house.append(doctor.broken_database(str(error)))
        patients = []
    house = [*doctor.check_house(settings), *house]
    outside = doctor.offline() if offline else doctor.world(settings)
    found = [doctor.examine(each, outside) for each in patients]
    _report(house, found, language, json=json)
    colours = [each.colour for each in house] + [each.colour for each in found]
    raise typer.Exit(1 if Colour.RED in colours else 0)


@app.command()
def compare(
    left: Left,
    arrived: Arrived,
    *,
    offline: Offline = False,
    language: Language = "en",
    json: JsonFlag = False,
) -> None:
    """Compare a letter that left with the source of what arrived of it."""
    keys = _Keys(config.load().dkim_keys, offline=offline)
    found = doctor.compare(left.read_bytes(), arrived.read_bytes(), keys=keys.find)
    if json:
        program.answer([_facts(each, language) for each in found])
    else:
        _tell(found, language)
    raise typer.Exit(1 if Colour.RED in [each.colour for each in found] else 0)


# Examining.


def _patients(opened: Program, slug: str | None, ips: Sequence[str]) -> list[Patient]:
    """Return what to examine; lists that the world cannot tell apart come once."""
    with db.reading(opened.engine) as session:
        chosen = [lists.get(session, slug)] if slug else lists.every(session)
        every = [
            doctor.patient_of(session, each, opened.settings, addresses=ips)
            for each in chosen
        ]
    alike: dict[Patient, list[str]] = {}
    for patient in every:
        alike.setdefault(replace(patient, slug=""), []).append(patient.slug)
    return [replace(each, slug=", ".join(slugs)) for each, slugs in alike.items()]


def _database(opened: Program) -> list[Diagnosis]:
    with db.reading(opened.engine) as session:
        return doctor.check_database(session)


def _address(text: str) -> str:
    try:
        return str(ip_address(text.strip()))
    except ValueError as error:
        raise typer.BadParameter(f"{text} is no address such as 192.0.2.1") from error


# The loop test.


@dataclass(frozen=True)
class _Sent:
    outcome: Outcome
    path: Path
    relay: str


def _send_loop(slug: str | None, address: str, language: str) -> None:
    to = addresses.normalise(address).email
    with program.opened() as opened, db.reading(opened.engine) as session:
        sent = _loop(session, opened.settings, slug, to, language)
    if sent.outcome.verdict is not Verdict.ACCEPTED:
        words = sent.outcome.reply or sent.outcome.verdict
        raise NewsletterError(
            f"The relay {sent.relay} did not take the letter: {words}"
        )
    program.say(f"A letter to {to} left through the relay {sent.relay}.")
    program.say("When it has arrived, save its source (“Show original”), then:")
    program.say(f"  newsletter doctor compare {sent.path} arrived.eml")


def _loop(
    session: Session, settings: Settings, slug: str | None, to: str, language: str
) -> _Sent:
    mailing_list = lists.get(session, slug)
    way = doctor.patient_of(session, mailing_list, settings).ways[0]
    envelope = doctor.loop_letter(
        mailing_list, settings, address=to, language=language, now=db.now(session)
    )
    path = settings.data_dir / "loop-tests" / f"{mailing_list.slug}.eml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(envelope.raw)
    stop = threading.Event()
    (outcome,) = sending.hand_over(settings, [envelope], stop=stop, relay=way.relay)
    return _Sent(outcome, path, way.name)


class _Keys:
    """Finds the key of a signature: in the DNS, or offline among our own."""

    def __init__(self, ring: dkim.Ring, *, offline: bool) -> None:
        self._own = {key.selector: key.record() for key in ring}
        self._lookup = None if offline else Lookup()
        self._until = time.monotonic() + _LONGEST_ASKING

    def find(self, name: str) -> str | None:
        """Return the record at `selector._domainkey.domain`."""
        if self._lookup is None:
            return self._own.get(name.partition(".")[0])
        left = self._until - time.monotonic()
        answer = self._lookup.ask(name, "TXT", seconds=left)
        return next((each for each in answer.values if "p=" in each), None)


# Words.


def _report(
    house: list[Diagnosis], found: list[Examination], language: str, *, json: bool
) -> None:
    if json:
        program.answer(
            {
                "house": [_facts(each, language) for each in house],
                "lists": [_examined(each, language) for each in found],
            }
        )
        return
    program.say("This program")
    _tell(house, language)
    for each in found:
        program.say(f"\n{each.patient.sender} (list {each.patient.slug})")
        _tell(each.diagnoses, language)


def _examined(examination: Examination, language: str) -> dict[str, Any]:
    return {
        "list": examination.patient.slug,
        "domain": examination.patient.sender,
        "colour": examination.colour,
        "examined_at": examination.examined_at,
        "checks": [_facts(each, language) for each in examination.diagnoses],
    }


def _facts(diagnosis: Diagnosis, language: str) -> dict[str, Any]:
    return {
        "check": diagnosis.check,
        "colour": diagnosis.colour,
        "about": doctor.shown(diagnosis.about),
        "sentence": diagnosis.say(language),
        "advice": diagnosis.advise(language),
        "records": [
            {
                "name": each.name,
                "type": each.type,
                "value": each.value,
                "strings": each.strings,
                "zone": each.zone,
            }
            for each in diagnosis.records
        ],
        "found": diagnosis.found,
    }


def _tell(diagnoses: Sequence[Diagnosis], language: str) -> None:
    rows = []
    for each in diagnoses:
        words = [each.say(language), each.advise(language)]
        rows.append((each.colour, each.check, "\n".join(filter(None, words))))
    program.table(("Colour", "Check", "What it means"), rows)
    for each in diagnoses:
        for record in each.records:
            program.say(f"\nTo publish, for {each.check} ({each.colour}):")
            program.say(f"  Name   {doctor.shown(record.name)}")
            program.say(f"  Type   {record.type}")
            program.say(f"  Value  {_printable(record.value)}")
            program.say(f"  Zone   {_printable(record.zone)}")
        for text in each.found:
            if each.colour is not Colour.GREEN:
                program.say(f"  Found now, for {each.check}: {text}")


def _printable(text: str) -> str:
    """Return a record that may repeat what strangers wrote, safe on a terminal."""
    return "".join(each if each.isprintable() else "?" for each in text)
