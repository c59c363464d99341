"""Pictures and documents of the store."""

from email.message import Message
from urllib.parse import unquote

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from newsletter import db
from newsletter.config import Settings
from newsletter.media import documents

# What is asked here does not depend on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NAME = "0123456789abcdef0123456789abcdef"


def test_a_picture_is_sent_for_ever(client: TestClient, settings: Settings) -> None:
    settings.media_dir.mkdir(parents=True)
    (settings.media_dir / f"{NAME}.jpg").write_bytes(b"\xff\xd8picture")

    answer = client.get(f"/media/{NAME}.jpg")

    assert answer.content == b"\xff\xd8picture"
    assert answer.headers["content-type"] == "image/jpeg"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    [
        f"{NAME}.png",
        f"{NAME}.svg",
        f"{NAME}.html",
        f"{NAME}.jpg%00.png",
        "..%2fsecret.key",
        "%2e%2e/secret.key",
        "secret.key",
        "",
        f"{NAME.upper()}.jpg",
    ],
)
def test_nothing_else_is_sent(
    client: TestClient, settings: Settings, name: str
) -> None:
    settings.media_dir.mkdir(parents=True)
    for present in (f"{NAME}.jpg", f"{NAME}.svg", f"{NAME}.html"):
        (settings.media_dir / present).write_bytes(b"x")
    (settings.data_dir / "secret.key").write_text("secret")

    answer = client.get(f"/media/{name}")

    assert answer.status_code == 404


PDF = b"%PDF-1.7\n<script>alert(1)</script>\nstartxref\n0\n%%EOF\n"


def keep(engine: Engine, settings: Settings, name: str) -> str:
    """Keep a document and return its address."""
    made = documents.read(PDF)
    with db.writing(engine) as session:
        kept = documents.keep(session, made, folder=settings.media_dir, name=name)
        return kept.path


def named(header: str) -> tuple[str, str, str]:
    """Return how a browser is to treat a file, and both names of it."""
    field = Message()
    field["Content-Disposition"] = header
    how = field.get_content_disposition() or ""
    plain, _, extended = header.partition("; filename*=UTF-8''")
    return how, plain.partition('filename="')[2].rstrip('"'), unquote(extended)


def test_a_pdf_is_shown_and_called_by_its_name(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    path = keep(engine, settings, "Été à Liège; 100 %.pdf")

    answer = client.get(path)

    assert answer.content == PDF
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "immutable" in answer.headers["cache-control"]
    assert named(answer.headers["content-disposition"]) == (
        "inline",
        "_t_ _ Li_ge_ 100 _.pdf",
        "Été à Liège; 100 %.pdf",
    )
    assert answer.headers["content-security-policy"].endswith("sandbox")


@pytest.mark.parametrize("ext", [ext for ext in documents.TYPES if ext != "pdf"])
def test_any_other_document_is_saved_and_never_run(
    client: TestClient, settings: Settings, ext: str
) -> None:
    settings.media_dir.mkdir(parents=True)
    (settings.media_dir / f"{NAME}.{ext}").write_bytes(b"<script>alert(1)</script>")

    answer = client.get(f"/media/{NAME}.{ext}")

    assert answer.headers["content-type"] == documents.TYPES[ext]
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["content-security-policy"].endswith("sandbox")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_part_of_a_document_can_be_asked_for(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    path = keep(engine, settings, "a.pdf")

    answer = client.get(path, headers={"Range": "bytes=0-4"})

    assert (answer.status_code, answer.content) == (206, b"%PDF-")
    assert answer.headers["content-range"] == f"bytes 0-4/{len(PDF)}"


def test_head_tells_what_get_would_send(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    path = keep(engine, settings, "a.pdf")

    answer = client.head(path)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(PDF))


def test_what_a_browser_has_is_not_sent_again(
    client: TestClient, engine: Engine, settings: Settings
) -> None:
    path = keep(engine, settings, "a.pdf")
    tag = client.get(path).headers["etag"]

    answer = client.get(path, headers={"If-None-Match": tag})

    assert (answer.status_code, answer.content) == (304, b"")
