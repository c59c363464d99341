import pytest
from sqlalchemy import Engine

from newsletter import db
from subscribers import optout, suppressions
from subscribers.addresses import normalise
from subscribers.models import Channel, SuppressionReason
from tests.factories import KEYS, make_subscriber, subscription_of
from tests.subscribers.importing.bringing import (
    LISTS,
    bring,
    counts,
    stored,
)


def test_one_bad_row_never_stops_the_file(engine: Engine) -> None:
    report = bring(engine, (LISTS / "hostile.csv").read_bytes())

    assert (report.rows, *counts(report)) == (18, 13, 0, 1, 4, 0)
    assert [(remark.row, remark.value[:20]) for remark in report.refused] == [
        (9, "injection@example.or"),
        (10, "nul @example.org"),
        (11, "=cmd|' /C calc'!A0"),
        (12, "unclosed@example.org"),
    ]
    found = stored(engine)
    assert {email.partition("@")[0]: row[0] for email, row in found.items()} == {
        "formula": "",
        "wide": "",
        "plus": "32 2 123",
        "escaped": "Anne",
        "markup": "",
        "link": "",
        "lines": "Anne Bcc: x@example.org",
        "klingon": "Worf",
        "short": "",
        "long": "a" * 200,
        "double": "One",
        "dutch": "'t Jolle",
        "good": "Good",
    }
    assert found["klingon@example.org"][1] is None
    assert found["formula@example.org"][2] == ["1+1"]
    assert len(found["long@example.org"][2]) == 50


@pytest.mark.parametrize(
    ("file", "expected", "out"),
    [
        (
            "excel-fr.csv",
            {
                "lea": ("Léa Dupont", "fr", ["membres"]),
                "bart": ("Bart", "nl", ["membres", "presse"]),
            },
            0,
        ),
        (
            "excel-nl-1252.csv",
            {"zoe": ("Zoë Peeters", "fr", []), "jorg": ("Jörg Müller", "de", [])},
            0,
        ),
        (
            "excel-utf16.txt",
            {"juergen": ("Jürgen", "de", []), "ana": ("Ana", "en", [])},
            0,
        ),
        (
            "mailchimp.csv",
            {
                "anne": ("Anne Peeters", "fr", ["press", "vip"]),
                "bart": ("Bart", "nl", []),
            },
            0,
        ),
        ("mailchimp-left.csv", {}, 1),
        ("listmonk.csv", {"anne": ("Anne", "nl", ["press"])}, 1),
        ("brevo.csv", {"anne": ("Anne Peeters", "nl", [])}, 1),
        ("substack.csv", {"anne": ("", None, [])}, 1),
        ("ghost.csv", {"anne": ("Anne", None, ["press", "vip"])}, 2),
        ("phplist.csv", {"anne": ("Anne", None, [])}, 2),
        ("keila.csv", {"anne": ("Anne Peeters", "de", [])}, 2),
        ("mailtrain.csv", {"anne": ("Anne Peeters", None, [])}, 1),
        ("civicrm.csv", {"anne": ("Anne Peeters", "fr", ["members", "press"])}, 2),
        (
            "pasted.txt",
            {
                "anne": ("Anne Peeters", None, []),
                "bart": ("", None, []),
                "cris": ("Cris, the third", None, []),
            },
            0,
        ),
        (
            "bare.csv",
            {
                "anne": ("Anne Peeters", "fr", []),
                "bart": ("Bart", "nl", []),
                "cris": ("", None, []),
            },
            0,
        ),
    ],
)
def test_lists_of_other_programs_are_understood(
    engine: Engine,
    file: str,
    expected: dict[str, tuple[str, str | None, list[str]]],
    out: int,
) -> None:
    report = bring(engine, (LISTS / file).read_bytes())

    found = {
        email.removesuffix("@example.org"): row for email, row in stored(engine).items()
    }
    assert found == expected
    assert counts(report) == (len(expected), 0, 0, 0, out)


def test_a_second_list_has_the_right_verdict_for_every_row(engine: Engine) -> None:
    bring(engine, b"email,name,language\nanne@example.org,Anne,nl\n")
    with db.writing(engine) as session:
        left = make_subscriber(session, email="left@example.org")
        handle = subscription_of(session, left).handle
        optout.unsubscribe(session, handle, channel=Channel.ONE_CLICK)
        gone = normalise("erased@example.org")
        suppressions.suppress(session, KEYS, gone, reason=SuppressionReason.ERASED)

    report = bring(engine, (LISTS / "mixed-excel.csv").read_bytes())

    # Rows count from the heading, as Excel shows them; one cell holds a line break.
    assert (report.rows, *counts(report)) == (18, 9, 0, 2, 5, 2)
    assert report.out == {"unsubscribed": 1, "erased": 1}
    assert [remark.row for remark in report.refused] == [7, 8, 9, 11, 14]
    assert {(note.row, note.reason.partition(";")[0]) for note in report.notes} == {
        (10, "This address stood in an earlier row already"),
        (12, "This is not a name"),
        (15, "We do not know this language"),
        (18, "The domain looks mistyped"),
        (19, "This is the mailbox of an office"),
    }
    found = stored(engine)
    del found["left@example.org"]
    assert {email: row[:2] for email, row in found.items()} == {
        "anne@example.org": ("Anne", "nl"),
        "zoe@example.org": ("Zoé", "fr"),
        "jan@example.org": ("Jan", "nl"),
        "jorg@example.org": ("Jörg", "de"),
        "idn@xn--exmple-cua.org": ("IDN", "de"),
        "formula@example.org": ("", "fr"),
        "space@example.org": ("espace", "fr"),
        "klingon@example.org": ("langue inconnue", None),
        "typo@gmial.com": ("faute", "fr"),
        "info@example.org": ("bureau", "fr"),
    }
