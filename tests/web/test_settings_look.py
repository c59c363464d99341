"""What letters look like: tried by the address alone, kept by an admin."""

from http import HTTPStatus

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Engine

from newsletter import audit, db, looks
from newsletter.models import Action, Asset, Look
from newsletter.rendering import Design, Face
from newsletter.web.settings import files
from subscribers import lists
from tests.newsletter.looks.test_change import drawing
from tests.newsletter.rendering.test_own_template import GOOD
from tests.web.conftest import LogIn, Reader, dump

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def database_url(_sqlite_url: str) -> str:
    """Settings do not depend on the kind of database."""
    return _sqlite_url


def the_look(engine: Engine) -> Look:
    with db.reading(engine) as session:
        return looks.get(session, lists.get(session))


def send(
    client: TestClient, where: str, token: str, file: bytes = b"", **fields: str
) -> Response:
    name = "logo" if where == "logo" else "template_file"
    files = {name: ("a.bin", file, "application/octet-stream")}
    data = {"form_token": token, **fields}
    return client.post(f"/settings/look/{where}?in=en", data=data, files=files)


def test_a_look_is_kept(client: TestClient, log_in: LogIn, engine: Engine) -> None:
    token = log_in()

    client.post(
        "/settings/look",
        data={
            "form_token": token,
            "design": "news",
            "titles": "serif",
            "accent": "#FFCC00",
        },
    )

    look = the_look(engine)
    assert (look.design, look.titles) == (Design.NEWS, Face.SERIF)
    with db.reading(engine) as session:
        assert lists.get(session).accent == "#ffcc00"
        kept = audit.entries(session)[0]
    assert kept.action is Action.CHANGED_LOOK
    assert kept.facts["what"] == ["design", "accent"]
    assert "Moved a little" in client.get("/settings/look?in=en").text


@pytest.mark.parametrize("letters", ["an issue", "none"])
def test_what_is_not_saved_is_shown_and_changes_nothing(
    request: pytest.FixtureRequest,
    client: TestClient,
    log_in: LogIn,
    engine: Engine,
    letters: str,
) -> None:
    if letters == "an issue":
        assert isinstance(request.getfixturevalue("anne"), Reader)
    log_in()
    wish = "design=bulletin&titles=sans&accent=%23993366&letter=fr"
    client.get("/settings/look/letter")
    before = dump(engine)

    day = client.get(f"/settings/look/letter?{wish}").text
    night = client.get(f"/settings/look/letter?{wish}&scheme=dark").text
    page = client.get(f"/settings/look?{wish}&in=en").text

    assert ("Le pont est ouvert" if letters == "an issue" else "La passerelle") in day
    assert "#993366" in day
    assert "@media not all" in day
    assert "@media all" in night
    assert "zq" not in day  # no stand-in of a reader is left
    assert "nothing is saved yet" in page
    unseen = {"staff_session"}  # a visit is noted there
    after = dump(engine)
    assert {k: v for k, v in after.items() if k not in unseen} == {
        k: v for k, v in before.items() if k not in unseen
    }


def test_a_logo_is_kept_and_taken_away(
    client: TestClient, log_in: LogIn, engine: Engine
) -> None:
    token = log_in()

    send(client, "logo", token, drawing())
    look = the_look(engine)
    with db.reading(engine) as session:
        asset = session.get_one(Asset, look.asset_id)
    page = client.get("/settings/look").text
    send(client, "logo", token, remove="1")

    assert (asset.path in page, asset.width <= 440) == (True, True)
    assert the_look(engine).asset_id is None


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (SVG, "SVG drawings can hold scripts"),
        (b"", "Choose a picture first."),
        (drawing()[:400], "The picture breaks off or is damaged."),
        (drawing((255, 255, 255, 255)), "The logo is nearly white"),
    ],
)
def test_what_is_no_logo_is_said_next_to_its_field(
    client: TestClient, log_in: LogIn, engine: Engine, file: bytes, said: str
) -> None:
    token = log_in()

    answer = send(client, "logo", token, file)

    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert said in answer.text
    assert the_look(engine).asset_id is None


def test_a_logo_of_six_megabytes_is_not_even_read(
    client: TestClient, log_in: LogIn
) -> None:
    token = log_in()

    answer = send(client, "logo", token, b"\xff" * 6_000_000)

    assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def test_a_template_is_tried_before_it_is_kept(
    client: TestClient, log_in: LogIn, engine: Engine
) -> None:
    token = log_in()
    deep = "<mjml><mj-body>" + "<mj-section>" * 5_000

    bad = send(client, "template", token, template="<mjml>\n<mj-raw></mj-raw></mjml>")
    bomb = send(client, "template", token, deep.encode())
    seen = send(client, "letter", token, template="<mjml><script></mjml>", list="")
    kept_until_then = the_look(engine).template
    good = send(client, "template", token, GOOD.encode())

    assert bad.status_code == bomb.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Line 2, column" in bad.text
    assert "&lt;mj-raw&gt;" in bad.text  # what was written is still there
    assert "No letter can be laid out in this template." in seen.text
    assert not kept_until_then
    assert good.status_code == HTTPStatus.SEE_OTHER
    assert the_look(engine).template == GOOD.strip()


def test_a_file_arrives_byte_by_byte() -> None:
    file = b"\r\n--x\r\n\r\n\n\0\xff--y\r\n"
    body = (
        b'--xyz\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n2\r\n'
        b'--xyz\r\nContent-Disposition: form-data; name="f"; filename="\xc3\xa9"\r\n'
        b"Content-Type: image/png\r\n\r\n" + file + b"\r\n--xyz--\r\n"
    )

    read = files.read('multipart/form-data; boundary="xyz"', body)

    assert read.fields == {"a": "1\r\n2"}
    assert read.files == {"f": file}
