"""A letter that has left, with a picture in two sizes."""

from sqlmodel import Session

from newsletter.config import Settings
from newsletter.models import Asset, AssetSize, Issue
from tests import factories
from tests.web.conftest import let_leave

HASH, SMALL = "a" * 32, "b" * 32


def illustrated(session: Session, settings: Settings, slug: str = "en-images") -> Issue:
    """Make a letter whose first item has a picture, and let it leave."""
    asset = Asset(hash=HASH, ext="jpg", width=1072, height=600, size=90_000)
    session.add(asset)
    session.flush()
    size = AssetSize(
        asset_id=asset.id or 0, width=320, height=179, hash=SMALL, ext="jpg", size=9_000
    )
    session.add(size)
    words = {"fr": {"title": "En images", "alt": "Un pont & une loutre"}}
    item = factories.make_item(session, texts=words, asset_id=asset.id)
    issue = factories.make_issue(session, items=[item], languages=("fr",), slug=slug)
    let_leave(session, issue, settings)
    return issue
