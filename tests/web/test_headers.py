"""What every answer carries."""

import pytest
from fastapi.testclient import TestClient

from tests.web.conftest import Reader

# What is asked here does not depend on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def paths(anne: Reader) -> dict[str, str]:
    return {
        "leave": anne.leave,
        "undo": f"{anne.leave}/undo",
        "choose": anne.choose,
        "read": f"{anne.read}/nl",
        "broken": "/u/broken",
        "letter": "/fr/le-pont",
        "archive": "/fr/",
        "nowhere": "/nowhere/at/all",
        "login": "/login",
        "issues": "/issues",
    }


TOKENS = ["leave", "undo", "choose", "read", "broken"]
OTHERS = ["letter", "archive", "nowhere", "login", "issues"]


@pytest.mark.parametrize("name", TOKENS + OTHERS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_every_page_keeps_strangers_out(
    client: TestClient, anne: Reader, name: str, method: str
) -> None:
    page = client.request(method, paths(anne)[name])

    policy = page.headers["content-security-policy"]
    assert policy.startswith(("default-src 'self';", "default-src 'none';"))
    # Pages of staff run a script of ours, from our own address.
    scripts = "'self'" if name in {"issues", "login"} else "'none'"
    assert f"script-src {scripts};" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", TOKENS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_page_with_a_token_is_kept_by_nobody(
    client: TestClient, anne: Reader, name: str, method: str
) -> None:
    page = client.request(method, paths(anne)[name])

    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert "set-cookie" not in page.headers


@pytest.mark.parametrize("name", TOKENS + OTHERS)
def test_a_page_is_small_and_asks_nobody_else(
    client: TestClient, anne: Reader, name: str
) -> None:
    page = client.get(paths(anne)[name])

    assert len(page.content) < 30_000
    # Data for search engines is no script.
    data = '<script type="application/ld+json">'
    assert "<script" not in page.text.replace(data, "")
    assert "<style" not in page.text
    assert " style=" not in page.text
    assert 'src="http' not in page.text.replace('src="https://news.example.org', "")


@pytest.mark.parametrize("name", TOKENS)
def test_the_title_does_not_tell_the_token(
    client: TestClient, anne: Reader, name: str
) -> None:
    page = client.get(paths(anne)[name])

    title = page.text.partition("<title>")[2].partition("</title>")[0]
    assert title
    assert paths(anne)[name].split("/")[2] not in title


@pytest.mark.parametrize("name", TOKENS + OTHERS)
def test_an_answer_to_head_has_the_headers_of_get_and_no_body(
    client: TestClient, anne: Reader, name: str
) -> None:
    got = client.get(paths(anne)[name])

    head = client.head(paths(anne)[name])

    assert head.status_code == got.status_code
    assert dict(head.headers) == dict(got.headers)
    assert head.content == b""


@pytest.mark.parametrize("name", TOKENS + OTHERS)
def test_no_address_is_made_from_the_host_header(
    client: TestClient, anne: Reader, name: str
) -> None:
    headers = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}

    page = client.get(paths(anne)[name], headers=headers)

    assert "evil.example" not in page.text
    assert "evil.example" not in str(page.headers)
