"""One spoilt message and more for each rule: whoever breaks it is caught."""

from collections.abc import Callable

import pytest

from newsletter.messages import Compiled, lint
from newsletter.rendering import render
from tests.factories import KEYS
from tests.golden.letters import FRENCH, MARKERS
from tests.newsletter.messages.edition import make_envelope, make_reader

Mutation = Callable[[bytes], bytes]


def build(
    html: Callable[[str], str] = str, text: Callable[[str], str] = str, **envelope: str
) -> bytes:
    """Return the message of the golden letter, its parts changed before encoding."""
    rendered = render(FRENCH)
    compiled = Compiled(
        make_envelope(
            nonce=MARKERS.nonce, languages=("fr", "nl", "de", "en"), **envelope
        ),
        KEYS,
        language="fr",
        subject=FRENCH.subject,
        html=html(rendered.html),
        text=text(rendered.text),
    )
    return compiled.build(make_reader())


def swap(old: str, new: str) -> Callable[[str], str]:
    """Return what changes the first `old` of a part."""

    def change(part: str) -> str:
        assert old in part
        return part.replace(old, new, 1)

    return change


def head(old: bytes, new: bytes) -> Mutation:
    """Return what changes the first `old` of a whole message."""

    def change(raw: bytes) -> bytes:
        assert old in raw
        return raw.replace(old, new, 1)

    return change


def field(line: bytes) -> Mutation:
    """Return what adds a field."""
    return lambda raw: line + b"\r\n" + raw


def without(name: bytes) -> Mutation:
    """Return what takes a field away, its folded lines too."""

    def change(raw: bytes) -> bytes:
        before, _, rest = raw.partition(b"\r\n" + name + b":")
        lines = rest.split(b"\r\n")
        while lines[1][:1] in {b" ", b"\t"}:
            del lines[1]
        return before + b"\r\n" + b"\r\n".join(lines[1:])

    return change


ONE_CLICK = b"List-Unsubscribe-Post: List-Unsubscribe=One-Click"

# Of a finished message.
HEADS: list[tuple[str, Mutation]] = [
    ("H1", head(b"Precedence: bulk\r\n", b"Precedence: bulk\n")),
    ("H1", head(b"MIME-Version: 1.0", b"MIME-Version: 1.0\r\nX-A: " + b"a" * 1_000)),
    ("H1", head(b"--\r\n", b"\x00--\r\n")),
    ("H2", field(b"To: bart@example.org")),
    ("H2", without(b"Date")),
    ("H2", without(b"Message-ID")),
    ("H3", head(b"Date: Mon, 23 Nov", b"Date: lun., 23 nov.")),
    ("H3", head(b"+0100", b"-0000")),
    ("H3", head(b"Date: Mon,", b"Date: Tue,")),
    ("H4", head(b"@news.example.org>\r\nMIME", b"@localhost>\r\nMIME")),
    ("H4", head(b"Message-ID: <d.", b"Message-ID: <d .")),
    ("H4", head(b"Message-ID: <d.", b"Message-ID: <anne.")),
    ("H5", head(b"From: ", b"From: other@example.org, ")),
    ("H5", head(b"lettre@news.example.org>", b"lettre@gmail.com>")),
    ("H5", head(b"Reply-To: contact@", b"Reply-To: no-reply@")),
    ("H5", field(b"Sender: lettre@news.example.org")),
    ("H6", head(b"To: anne@example.org", b"To: anne@example.org, bart@example.org")),
    ("H6", field(b"Bcc: bart@example.org")),
    ("H7", field(b"Return-Path: <bounce@news.example.org>")),
    ("H8", head(b"List-Help: <https", b"List-Help: =?utf-8?q?=3Chttps?=")),
    ("H8", head(b"<lettre.news", b"<=?utf-8?q?lettre?=.news")),
    ("H9", head(b"Subject: ", b"Subject: =?utf-8?q?" + b"a" * 70 + b"?=\r\n ")),
    ("H9", head(b"Subject: ", b"Subject: =?utf-8?q?=C3?= =?utf-8?q?=A9?= ")),
    ("H9", head(b"Subject: ", b"Subject: =?latin-1?q?a?= ")),
    ("H10", head(b"Subject: ", "Subject: é ".encode())),
    ("H11", field(b"X Name: a")),
    ("H11", head(b"Precedence: bulk", b"Precedence: bulk\x0b")),
    ("H12", head(b"text/plain", b"text/enriched")),
    ("H12", head(b"multipart/alternative", b"multipart/mixed")),
    ("H14", head(b"charset=utf-8", b"charset=iso-8859-1")),
    ("H14", head(b"quoted-printable", b"base64")),
    ("H14", head(b"<!doctype", "é<!doctype".encode())),
    ("H14", head(b"\r\n\r\n<!doctype", b"\r\n\r\n" + b"a" * 80 + b"<!doctype")),
    ("H14", head(b"\r\n\r\n<!doctype", b"\r\n\r\n.\r\n<!doctype")),
    ("H14", head(b"\r\n\r\n<!doctype", b"\r\n\r\na \r\n<!doctype")),
    ("H14", head(b"\r\n\r\n<!doctype", b"\r\n\r\n=E9<!doctype")),
    ("H15", head(b"Content-Language: fr", b"Content-Language: nl")),
    ("H15", without(b"Content-Language")),
    ("H16", lambda raw: raw + b"a\r\n" * 60_000),
    ("H16", field(b"Content-Disposition: attachment")),
    ("H17", head(b"Message-ID: <d.", b"Message-ID: <d.x")),
    ("H18", field(b"List-Post: NO")),
    ("H18", head(b"List-Post: NO", b"List-Post: <mailto:all@example.org>")),
    ("H18", head(b"List-Owner: <mailto:contact", b"List-Owner: <mailto:con tact")),
    ("H19", head(b"<lettre.news.example.org>\r\nList", b"<lettre>\r\nList")),
    ("H19", head(b"<lettre.news.example.org>\r\nList", b"<anne.example.org>\r\nList")),
    ("H20", head(b"List-Unsubscribe: <https", b"List-Unsubscribe: <http")),
    ("H20", head(b"List-Unsubscribe: ", b"List-Unsubscribe: <https://a.org/b>,\r\n ")),
    ("H20", without(b"List-Unsubscribe")),
    ("H20", without(b"List-Unsubscribe-Post")),
    ("H20", head(ONE_CLICK, ONE_CLICK.lower())),
    ("H20", field(b"DKIM-Signature: v=1; h=From:List-Unsubscribe; b=x")),
    ("H21", head(b"Feedback-ID: ", b"Feedback-ID: a:b:")),
    ("H21", head(b":lettre:news:", b":news:news:")),
    ("H21", head(b":lettre:news:", b":anne:news:")),
    ("H22", field(b"CFBL-Address: fbl@news.example.org")),
    ("H22", field(b"CFBL-Feedback-ID: abc")),
    ("H23", head(b"Precedence: bulk", b"Precedence: first-class")),
    ("H23", field(b"Auto-Submitted: auto-generated")),
    ("H24", head(b"OOF, AutoReply, RN, NRN", b"All")),
    ("H25", head(b"Archived-At: <https", b"Archived-At: <http")),
    ("H25", field(b"Archived-At: <https://news.example.org/fr/autre>")),
    ("H27", field(b"X-Mailer: newsletter 0.1")),
]

LONG = "mot " * 30
BIG = "x" * 110_000
# Of the HTML before it is encoded.
HTMLS: list[tuple[str, Callable[[str], str]]] = [
    ("H12", swap("</body>", '<a href="https://example.org/lost">x</a></body>')),
    ("H13", swap('src="https:', 'src="http:')),
    ("H13", swap('src="https://news.example.org/media/', 'src="data:image/png;')),
    ("H13", swap(".jpg", ".svg")),
    ("H13", swap(".jpg", ".jpg?reader=7")),
    ("H14", swap("</h1>", "e\u0301</h1>")),
    ("H15", swap('<html lang="fr"', '<html lang="nl"')),
    ("R1", swap("</body>", f"<p>{BIG}</p></body>")),
    ("R1", lambda html: html.replace(MARKERS.unsubscribe, "x", 1)),
    ("R2", swap("<!doctype html>", "")),
    ("R2", swap('<html lang="fr" dir="ltr"', '<html lang="fr"')),
    ("R2", swap('name="viewport"', 'name="view"')),
    ("R2", swap('<meta name="color-scheme" content="light dark" />', "")),
    ("R2", swap('<meta name="x-apple-disable-message-reformatting" />', "")),
    ("R2", swap('name="format-detection"', 'name="format"')),
    ("R2", swap("charset=UTF-8", "charset=latin1")),
    ("R2", swap("<title>", "<title></title><x>")),
    ("R4", swap("</style>", "@import url(x);</style>")),
    ("R4", swap("</style>", f"{'a{color:red}' * 2_000}</style>")),
    ("R4", swap("</body>", "<script></script></body>")),
    ("R4", swap("</body>", "<form></form></body>")),
    ("R4", swap("</body>", '<p style="position: absolute">x</p></body>')),
    ("R4", swap("</body>", '<p class="2x">x</p></body>')),
    ("R4", swap("<h1", '<h1 onclick="x"')),
    ("R6", swap("display:none;", "")),
    ("R6", swap('<div style="display:none', '<p>x</p><div style="display:none')),
    ("R7", swap('role="article"', "")),
    ("R7", swap('aria-roledescription="email"', "")),
    ("R7", swap("</body>", "<table><tr><td>x</td></tr></table></body>")),
    ("R7", swap("</body>", "<h1>x</h1></body>")),
    ("R7", swap("</body>", "<h6>x</h6></body>")),
    ("R7", swap("</body>", '<img src="https://news.example.org/a.jpg"></body>')),
    ("R7", swap("</body>", f'<a href="{FRENCH.web_url}"></a></body>')),
]
# Of the text.
TEXTS: list[tuple[str, Callable[[str], str]]] = [
    ("H12", swap(FRENCH.web_url, "")),
    ("R9", lambda _text: "\n"),
    ("R9", lambda text: text.replace(MARKERS.unsubscribe, "")),
    ("R9", lambda text: text + "<td>oui</td>\n"),
    ("R9", lambda text: text + "l&eacute;\n"),
    ("R9", lambda text: text + LONG + "\n"),
]


def rules(raw: bytes) -> set[str]:
    return {each.rule for each in lint.broken(raw)}


def test_the_letter_itself_keeps_every_rule() -> None:
    assert lint.broken(build()) == ()


@pytest.mark.parametrize(("rule", "mutate"), HEADS)
def test_a_spoilt_message_is_caught(rule: str, mutate: Mutation) -> None:
    assert rule in rules(mutate(build()))


@pytest.mark.parametrize(("rule", "change"), HTMLS)
def test_spoilt_html_is_caught(rule: str, change: Callable[[str], str]) -> None:
    assert rule in rules(build(html=change))


@pytest.mark.parametrize(("rule", "change"), TEXTS)
def test_a_spoilt_text_is_caught(rule: str, change: Callable[[str], str]) -> None:
    assert rule in rules(build(text=change))


def test_every_rule_has_a_mutation() -> None:
    spoilt = {rule for rule, _ in (*HEADS, *HTMLS, *TEXTS)}

    assert spoilt == {rule.id for rule in lint.RULES}


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", b"\x00\xff" * 99, b"To: a"])
def test_any_bytes_can_be_looked_through(raw: bytes) -> None:
    assert "H2" in rules(raw)
