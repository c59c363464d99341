"""The doctor’s own link: what its visits meet in the real pages."""

import pytest
from fastapi.testclient import TestClient

from newsletter.config import Settings
from newsletter.doctor.examine import link_to_nobody


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_a_link_to_nobody_is_answered_and_changes_nobody(
    client: TestClient, settings: Settings, method: str
) -> None:
    body = {"List-Unsubscribe": "One-Click"} if method == "POST" else None

    answer = client.request(
        method,
        f"/u/{link_to_nobody(settings.keys)}",
        data=body,
        follow_redirects=False,
    )

    assert answer.status_code == 200
