import re
from pathlib import Path

import pytest

from newsletter import relays
from newsletter.relays import PRESETS, Preset


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost", "postfix"),
        ("127.0.0.1", "postfix"),
        ("email-smtp.eu-west-1.amazonaws.com", "ses"),
        ("smtp-broadcasts.postmarkapp.com", "postmark"),
        ("smtp.eu.mailgun.org", "mailgun"),
        ("smtp-relay.brevo.com", "brevo"),
        ("smtp.tem.scw.cloud", "scaleway"),
        ("smtp.gmail.com", "google"),
        ("SMTP-Relay.gmail.com", "google-relay"),
        ("smtp.office365.com", "microsoft"),
        ("ssl0.ovh.net", "ovh"),
        ("mail.infomaniak.com", "infomaniak"),
        ("smtp-auth.mailprotect.be", "combell"),
        ("send.one.com", "one"),
    ],
)
def test_a_preset_is_proposed_by_the_host(host: str, name: str) -> None:
    proposed = relays.propose(host)

    assert proposed
    assert proposed.name == name


@pytest.mark.parametrize(
    "host",
    [
        "mail.example.org",
        "ec2-1-2-3-4.compute.amazonaws.com",
        "notsmtp.gmail.com.example.org",
        "xsmtp.gmail.com",
    ],
)
def test_of_a_stranger_nothing_is_said(host: str) -> None:
    assert relays.propose(host) is None


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_a_preset_says_where_its_numbers_come_from(preset: Preset) -> None:
    assert preset.why.endswith(".")
    assert len(preset.why) > 40
    assert preset.connections or preset.per_day


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_the_operators_page_tells_what_a_preset_states(preset: Preset) -> None:
    page = (Path(__file__).parents[3] / "docs/operators.md").read_text(encoding="utf-8")

    (row,) = re.findall(rf"^\| `{preset.name}` \| (.+) \|$", page, re.MULTILINE)

    title, states, why = row.split(" | ")
    stated = [getattr(preset, figure) for figure in relays.FIGURES]
    figures = [int(word.replace(",", "")) for word in re.findall(r"[\d,]*\d", states)]
    assert (title, why) == (preset.title, preset.why)
    assert figures == [value for value in stated if value]
