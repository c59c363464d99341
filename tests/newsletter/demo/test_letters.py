from datetime import UTC, datetime
from pathlib import Path

from newsletter.demo import letters
from newsletter.smtp.mailbox import ReceivedMail

RAW = b"""\
From: =?utf-8?q?R=C3=A9seau_Marelle?=\r
 <lettre@marelle.example>\r
To: anne@example.org\r
Subject: =?utf-8?q?Dix_v=C3=A9los?=\r
Content-Language: fr\r
List-Unsubscribe: <https://news.example.org/u/abc234>\r
Content-Type: multipart/alternative; boundary="b"\r
\r
--b\r
Content-Type: text/plain; charset=utf-8\r
\r
Bonjour : https://news.example.org/p/abc234\r
--b\r
Content-Type: text/html; charset=utf-8\r
\r
<body><div style="color:#fff;display:none;font-size:1px">Vu &amp; lu&#847;&zwnj;&nbsp;\
</div><a href="https://news.example.org/l/abc234/nl">NL</a>\
<a href="https://news.example.org/l/abc234/nl">NL</a><a href="#i1">1</a></body>\r
--b--\r
"""
MAIL = ReceivedMail(
    Path("0" * 32 + ".eml"), "anne@example.org", datetime(2026, 12, 1, tzinfo=UTC), RAW
)


def test_the_inbox_line_is_decoded() -> None:
    letter = letters.read(MAIL)

    assert letter.sender == "Réseau Marelle"
    assert letter.subject == "Dix vélos"
    assert letter.preheader == "Vu & lu"
    assert letter.language == "fr"


def test_the_links_are_those_of_this_reader() -> None:
    letter = letters.read(MAIL)

    assert letter.unsubscribe == "https://news.example.org/u/abc234"
    assert letter.preferences == "https://news.example.org/p/abc234"
    assert letter.read_in == (("nl", "https://news.example.org/l/abc234/nl"),)


def test_the_headers_are_as_they_arrived() -> None:
    letter = letters.read(MAIL)

    assert letter.headers.startswith("From: =?utf-8?q?R=C3=A9seau_Marelle?=\n <lettre")
    assert letter.headers.endswith('boundary="b"')


def test_only_links_to_pages_open_in_a_new_tab() -> None:
    html = letters.in_new_tabs(
        '<a class="x" href="https://a.example">1</a><a href="#i1">'
    )

    assert html == (
        '<a target="_blank" rel="noopener"  class="x" href="https://a.example">1</a>'
        '<a href="#i1">'
    )


def test_a_name_that_is_no_id_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret.eml").write_bytes(b"X-Mailbox-Recipient: a@b.example\r\n" + RAW)

    assert letters.find(tmp_path, "secret") is None
    assert letters.find(tmp_path, "../secret") is None
