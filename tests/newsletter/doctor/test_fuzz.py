"""Whatever the DNS says, a check ends soon and raises nothing."""

import random
import time
from collections.abc import Callable

import pytest

from newsletter import dkim
from newsletter.doctor import Check, policies, spf
from newsletter.doctor.examine import _CHECKS
from newsletter.doctor.inquiry import Inquiry
from newsletter.domains import Answer, Found
from tests.newsletter.doctor.zone import patient, through

RECORDS = (
    "v=spf1 include:a.example a mx/24 ip4:1.2.3.4/33 ip6:::/0 redirect=b -all ?all ptr",
    "exists:%{i}.x v=DMARC1; p=none; sp=x; rua=mailto:a@b.example,mailto:c@d!10m; t=y",
    "pct=1 psd=y np=; v=DKIM1; k=rsa; p=AAAA p= h=sha1 s=* 10 0 . mail.example",
    "127.0.1.2 127.255.255.254 ::1 1.2.3.4 \x00 \u202e \U0001f600 <b> {0} {domain} %s",
    "\\ \" ' = ; ",
)
WORDS = [word for text in RECORDS for word in text.split(" ")]


class Babble:
    """A resolver that says anything, the same to the same question."""

    def __init__(self, seed: int) -> None:
        self.seed, self.asked = seed, 0

    def ask(self, name: str, kind: str, *, seconds: float) -> Answer:
        self.asked += 1
        dice = random.Random(f"{self.seed} {name} {kind}")  # noqa: S311  # no secret
        found = dice.choice([*Found, Found.RECORDS, Found.RECORDS, Found.RECORDS])
        if found is not Found.RECORDS:
            return Answer(found, alias=dice.choice(["", "x.example"]))
        if kind in {"A", "AAAA"}:
            addresses = ["1.2.3.4"] if kind == "A" else ["2a00::1"]
            return Answer(found, (*dice.sample(addresses, 1),))
        lines = [
            " ".join(dice.choices(WORDS, k=dice.randint(1, 12)))
            for _ in range(dice.randint(1, 4))
        ]
        if kind == "MX":
            lines = [
                f"{dice.randint(0, 9)} {line.split()[0]}" for line in lines if line
            ]
        return Answer(found, tuple(lines))


@pytest.mark.parametrize("check", _CHECKS)
def test_a_check_survives_whatever_the_dns_says(check: Check) -> None:
    began = time.thread_time()
    people = [
        patient(),
        patient(keys=dkim.NO_KEYS, addresses=("1.2.3.4", "2a00::1")),
        patient(ways=(through("X", "a.example"),), keys=dkim.NO_KEYS),
    ]
    for seed in range(150):
        for who in people:
            babble = Babble(seed)
            found = _CHECKS[check](who, Inquiry(babble, until=time.monotonic() + 60))

            assert found
            assert babble.asked <= 30
            for each in found:
                assert each.say("en").isprintable()
                assert each.advise("nl").isprintable()
                assert all(record.zone.isprintable() for record in each.records)
    assert time.thread_time() - began < 60


@pytest.mark.parametrize(
    "read",
    [
        lambda text: policies.read("x", text),
        policies.is_policy,
        dkim.parse,
        spf.is_spf,
        lambda text: dkim.verify(b"DKIM-Signature: " + text.encode(), lambda _: text),
    ],
)
@pytest.mark.parametrize(
    "text",
    [
        "v=DMARC1;a=y" + " " * 65_000 + "x",
        "v=DKIM1;" + "\t" * 65_000 + "=x",
        "v" + " " * 65_000,
        "=" * 65_000,
        ";" * 65_000,
        "v=spf1 " + "a:" + "/x" * 30_000,
        "h=" + "a:" * 30_000 + ";b=" + "A" * 65_000 + ";bh=AAAA",
    ],
)
def test_64_kb_are_read_in_a_moment(read: Callable[[str], object], text: str) -> None:
    began = time.process_time()
    read(text)

    assert time.process_time() - began < 0.5


def test_a_huge_spf_record_is_read_in_a_moment() -> None:
    class Huge:
        def ask(self, name: str, kind: str, *, seconds: float) -> Answer:
            return Answer(Found.RECORDS, ("v=spf1 " + "a:" + "/x" * 30_000 + " ~all",))

    began = time.process_time()
    spf.survey("x.example", Inquiry(Huge(), until=began + 60))

    assert time.process_time() - began < 0.5
