"""Pictures of the store."""

import pytest
from fastapi.testclient import TestClient

from newsletter.config import Settings

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
