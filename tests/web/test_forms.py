import pytest

from newsletter.web.forms import fields

PART = b'Content-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b"", {}),
        (b"a=1&b=2", {"a": "1", "b": "2"}),
        (b"a=1&a=2", {"a": "2"}),
        (b"a=%C3%A9+b", {"a": "é b"}),
        (b"a=\xff", {"a": "�"}),
        (b"=&&;=", {";": ""}),
        (b"--x\r\n" + PART % (b"a", b"1") + b"--x--\r\n", {"a": "1"}),
        (
            b"--x\r\n"
            + PART % (b"a", b"1")
            + b"--x\r\n"
            + PART % (b"b", b"")
            + b"--x--",
            {"a": "1", "b": ""},
        ),
        (b"--x\r\n" + PART % (b"a", b"two\r\nlines") + b"--x--", {"a": "two\nlines"}),
        (b"--x\r\nno headers at all", {}),
        (b"--", {}),
    ],
)
def test_a_body_is_read_as_what_it_is(body: bytes, read: dict[str, str]) -> None:
    assert fields(body) == read


def test_a_body_of_boundaries_alone_is_soon_read() -> None:
    assert fields(b"--\n" + b"--\n" * 80_000) == {}


def test_more_fields_than_any_form_has_are_none() -> None:
    assert fields(b"&".join(b"a%d=1" % number for number in range(50_000))) == {}
