"""Commands about the keys that sign mail, and what the DNS must say of them."""

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from newsletter import db, dkim
from newsletter.cli import program
from newsletter.cli.program import JsonFlag, Program
from newsletter.dkim import Algorithm, Key
from newsletter.errors import BadKey
from subscribers import lists

app = typer.Typer(
    no_args_is_help=True, help="DKIM: the keys that sign mail, their DNS records."
)

_SETTING = "NEWSLETTER_DKIM_KEYS"
_LONGEST_STRING = 255  # octets of one string in a TXT record, RFC 1035 §3.3

Selector = Annotated[
    str, typer.Argument(help="The key's name in the DNS, for example nl2026a.")
]
Out = Annotated[Path, typer.Option(help="The file to write the private key to.")]
Ed25519 = Annotated[
    bool, typer.Option("--ed25519", help="A key for a second, shorter signature.")
]


@app.command()
def new(
    selector: Selector, *, out: Out, ed25519: Ed25519 = False, json: JsonFlag = False
) -> None:
    """Make a key and print the DNS record that must be published before it is used."""
    key = dkim.make(selector, Algorithm.ED25519 if ed25519 else Algorithm.RSA)
    setting = f"{key.selector}={out.absolute()}"
    if "," in setting:
        raise BadKey(f"{out}: choose a name without a comma, which {_SETTING} splits.")
    # The setting may name this very file already, which is not there yet.
    with program.opened(dkim_keys=dkim.NO_KEYS) as opened:
        domains = _domains(opened)
    _write(out, key)
    facts = _facts(key, domains) | {"file": str(out.absolute()), "setting": setting}
    if json:
        program.answer(facts)
        return
    program.say(f"The private key is in {out}. Whoever has it can sign in your name.")
    _tell(facts)
    program.say("\nOnce the DNS answers with it, put this first in the setting:")
    program.say(f"{_SETTING}={setting}")


@app.command()
def show(*, json: JsonFlag = False) -> None:
    """Print the DNS records of the keys that are set, for every sender's domain."""
    with program.opened() as opened:
        ring, domains = opened.settings.dkim_keys, _domains(opened)
    found = [
        _facts(key, domains) | {"signs": key.selector in ring.current} for key in ring
    ]
    if json:
        program.answer(found)
        return
    if not found:
        program.say(f"No key is set in {_SETTING}: the relay must sign.")
    for facts in found:
        signs = "signs what is new" if facts["signs"] else "finishes what it began"
        program.say(f"{facts['selector']} ({facts['algorithm']}) {signs}.")
        _tell(facts)
    if found and Algorithm.RSA not in {facts["algorithm"] for facts in found}:
        typer.echo(
            "Careful: many receivers cannot check Ed25519. Have an RSA key sign too.",
            err=True,
        )


def _domains(opened: Program) -> list[str]:
    """Return the domains that lists send from, each once."""
    with db.reading(opened.engine) as session:
        senders = [each.sender_address for each in lists.every(session)]
    return list(dict.fromkeys(map(lists.domain_of, senders)))


def _write(path: Path, key: Key) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise BadKey(f"{path} exists, and a key is never overwritten.") from error
    with os.fdopen(handle, "wb") as file:
        file.write(key.pem())


def _facts(key: Key, domains: list[str]) -> dict[str, Any]:
    value = key.record()
    return {
        "selector": key.selector,
        "algorithm": key.algorithm,
        "records": [
            {
                "domain": domain,
                "name": f"{key.selector}._domainkey.{domain}",
                "type": "TXT",
                "value": value,
                "zone": _zone_line(f"{key.selector}._domainkey.{domain}", value),
            }
            for domain in domains
        ],
    }


def _zone_line(name: str, value: str) -> str:
    """Return the record as a zone file has it: strings of 255 octets at most."""
    strings = [
        f'"{value[start : start + _LONGEST_STRING]}"'
        for start in range(0, len(value), _LONGEST_STRING)
    ]
    return f"{name}. IN TXT ( {' '.join(strings)} )"


def _tell(facts: dict[str, Any]) -> None:
    for record in facts["records"]:
        program.say(f"\nPublish in the DNS of {record['domain']}:")
        program.say(f"  Name   {record['name']}")
        program.say(f"  Type   {record['type']}")
        program.say(f"  Value  {record['value']}")
        program.say("or, in a zone file:")
        program.say(f"  {record['zone']}")
