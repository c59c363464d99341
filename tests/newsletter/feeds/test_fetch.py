import gzip
import time
from ipaddress import ip_address, ip_network

import pytest

from newsletter import fetching
from newsletter.errors import FetchFailed, FetchRefused
from newsletter.fetching import Fetched, Limits
from tests.newsletter.feeds.web import Page, Site

LOOPBACK = [ip_network("127.0.0.0/8")]
PATIENT = Limits()
HURRIED = Limits(seconds=1)


def fetch(url: str, limits: Limits = PATIENT) -> Fetched:
    return fetching.fetch(url, allow=LOOPBACK, limits=limits)


def test_an_allowed_address_answers(site: Site) -> None:
    site.pages["/feed?a=1"] = Page(b"news", headers={"ETag": '"7"'})

    answer = fetch(site.url("/feed?a=1"))

    assert (answer.status, answer.body) == (200, b"news")
    assert answer.headers["etag"] == '"7"'


def test_the_server_sees_the_name_and_no_cookie(site: Site) -> None:
    site.pages["/"] = Page(b"x", headers={"Set-Cookie": "who=me"})

    fetch(site.url(host="localhost"))
    fetch(site.url(host="localhost"))

    assert site.asked[0][1]["Host"] == f"localhost:{site.port}"
    assert "Cookie" not in site.asked[1][1]


def test_our_own_machine_is_refused_unless_allowed(site: Site) -> None:
    site.pages["/"] = Page(b"secret")

    with pytest.raises(FetchRefused, match=r"127\.0\.0\.1, which is not a public"):
        fetching.fetch(site.url(), allow=[])

    assert site.asked == []


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "0.0.0.1"),
        *("169.254.169.254", "168.63.129.16", "100.64.0.1", "224.0.0.1", "240.0.0.1"),
        *("255.255.255.255", "198.18.0.1", "192.0.2.1", "::1", "::", "fe80::1"),
        *("fd00:ec2::254", "fec0::1", "ff02::1", "::ffff:10.0.0.1", "::127.0.0.1"),
        *("64:ff9b::a00:1", "64:ff9b:1::1", "2002:a00:1::", "2001:db8::1", "2001::1"),
    ],
)
def test_addresses_that_are_not_public_are_refused(address: str) -> None:
    assert not fetching.is_public(ip_address(address))

    with pytest.raises(FetchRefused, match="not a public address"):
        fetching.fetch(
            "http://feed.example/", allow=[], resolve=lambda _host, _port: [address]
        )


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_addresses_are_told_from_private_ones(address: str) -> None:
    assert fetching.is_public(ip_address(address))


def test_one_private_address_among_public_ones_is_enough() -> None:
    with pytest.raises(FetchRefused, match=r"10\.0\.0\.1"):
        fetching.fetch(
            "http://feed.example/",
            allow=[],
            resolve=lambda _host, _port: ["8.8.8.8", "10.0.0.1"],
        )


def test_a_name_that_changes_its_address_wins_nothing(site: Site) -> None:
    site.pages["/"] = Page(b"secret")
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    answer = fetching.fetch(
        site.url(host="feed.example"), allow=LOOPBACK, resolve=rebinding
    )

    # Judged and connected to with one and the same answer.
    assert answer.body == b"secret"
    assert asked == ["feed.example"]


@pytest.mark.parametrize(
    "url",
    [
        *("file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "//x/"),
        *("http://", "http:///x", "http://user:pass@127.0.0.1/", "http://@127.0.0.1/"),
        *("http://127.0.0.1/ x", "http://127.0.0.1\r\nX: y", "http://a\\@127.0.0.1/"),
        *("http://[::1", "http://[fe80::1%25eth0]/", "http://127.0.0.1:99999/", ""),
    ],
)
def test_what_is_no_plain_web_address_is_refused(url: str) -> None:
    with pytest.raises(FetchRefused):
        fetch(url)


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]"]
)
def test_disguised_loopback_is_seen_through(site: Site, host: str) -> None:
    with pytest.raises((FetchRefused, FetchFailed)):
        fetching.fetch(site.url(host=host), allow=[])

    assert site.asked == []


def test_other_ports_are_refused_on_the_public_web() -> None:
    with pytest.raises(FetchRefused, match="port 25 is not a web port"):
        fetching.fetch(
            "http://mail.example:25/", allow=[], resolve=lambda _h, _p: ["8.8.8.8"]
        )


def test_a_redirect_is_followed_and_told(site: Site) -> None:
    site.pages["/old"] = Page(status=301, headers={"Location": "/new"})
    site.pages["/new"] = Page(b"moved")

    answer = fetch(site.url("/old"))

    assert (answer.url, answer.body) == (site.url("/new"), b"moved")


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1/",
        "file:///etc/passwd",
        "http://169.254.169.254/meta",
        "http://[x",
    ],
)
def test_a_redirect_to_a_forbidden_place_is_refused(site: Site, target: str) -> None:
    site.pages["/"] = Page(status=302, headers={"Location": target})

    with pytest.raises(FetchRefused):
        fetch(site.url())


def test_a_fourth_redirect_is_one_too_many(site: Site) -> None:
    site.pages["/"] = Page(status=302, headers={"Location": "/"})

    with pytest.raises(FetchFailed, match="redirects too often"):
        fetch(site.url())

    assert len(site.asked) == 4


@pytest.mark.parametrize("drip", [0.05, 0.3])
def test_a_server_that_drips_is_left_in_time(site: Site, drip: float) -> None:
    site.pages["/"] = Page(b"x" * 2000, drip=drip)
    started = time.perf_counter()

    with pytest.raises(FetchFailed, match="too long"):
        fetch(site.url(), HURRIED)

    assert time.perf_counter() - started < 30  # not the minutes that all of it takes


def test_a_huge_answer_is_left_at_the_limit(site: Site) -> None:
    site.pages["/"] = Page(b"x" * 3_000_000)

    with pytest.raises(FetchFailed, match="larger than 2 MB"):
        fetch(site.url(), Limits(size=2_000_000))


def test_a_bomb_packed_into_little_is_refused(site: Site) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    site.pages["/"] = Page(bomb, headers={"Content-Encoding": "gzip"})

    with pytest.raises(FetchFailed, match="larger than"):
        fetch(site.url())


def test_an_answer_packed_against_our_wish_is_unpacked(site: Site) -> None:
    packed = gzip.compress(b"news")
    site.pages["/"] = Page(packed, headers={"Content-Encoding": "gzip"})

    assert fetch(site.url()).body == b"news"
    assert site.asked[0][1]["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_an_answer_that_cannot_be_unpacked_is_refused(
    site: Site, encoding: str
) -> None:
    site.pages["/"] = Page(b"not packed", headers={"Content-Encoding": encoding})

    with pytest.raises(FetchFailed, match="packed"):
        fetch(site.url())


@pytest.mark.parametrize("status", [401, 404, 500])
def test_an_error_names_its_number(site: Site, status: int) -> None:
    site.pages["/"] = Page(b"", status)

    with pytest.raises(FetchFailed, match=str(status)):
        fetch(site.url())


def test_news_only_is_asked_for(site: Site) -> None:
    site.pages["/"] = Page(b"old", headers={"ETag": '"7"'})

    answer = fetching.fetch(
        site.url(), allow=LOOPBACK, headers={"If-None-Match": '"7"'}
    )

    assert (answer.status, answer.body) == (304, b"")


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(FetchFailed, match=r"127\.0\.0\.1 cannot be reached"):
        fetch("http://127.0.0.1:1/", HURRIED)


def test_an_unknown_name_is_named() -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(FetchFailed, match=r"feed\.example is not known"):
        fetching.fetch("http://feed.example/", allow=[], resolve=unknown)


@pytest.mark.parametrize(
    "garbage", [b"", b"\0" * 100, b"HTTP/1.1 200 OK\r\nX" + b"x" * 200_000]
)
def test_a_server_that_talks_nonsense_is_left(site: Site, garbage: bytes) -> None:
    site.pages["/"] = Page(garbage, headers={"Transfer-Encoding": "chunked"})

    with pytest.raises(FetchFailed):
        fetch(site.url(), HURRIED)


def test_a_server_that_does_not_speak_tls_is_left(site: Site) -> None:
    with pytest.raises(FetchFailed, match="broke off"):
        fetch(site.url().replace("http:", "https:"), HURRIED)


def test_a_name_that_cannot_be_written_for_the_wire_is_refused() -> None:
    with pytest.raises(FetchRefused, match="not a host name"):
        fetch("http://ü" + "x" * 80 + ".example/")


def test_letters_beyond_ascii_reach_the_server_encoded(site: Site) -> None:
    site.pages["/%C3%A9t%C3%A9"] = Page(b"news")

    assert fetch(site.url("/été")).body == b"news"
