"""The rows and files that stand for pictures of the store."""

from collections.abc import Collection
from pathlib import Path

from sqlalchemy import exists
from sqlmodel import Session, col, select

from newsletter.media import files, pictures
from newsletter.media.pictures import NARROW, Encoded, Picture
from newsletter.models import Asset, AssetSize
from subscribers.inserts import insert_absent


def store(session: Session, data: bytes, *, folder: Path, origin: str = "") -> Asset:
    """Keep a picture and return its row; the same bytes give the row they gave before.

    Raises UnreadableImage. Encoding takes up to a second: where a transaction must
    stay short, call `find`, `encode` and `keep` one by one.
    """
    known = find(session, pictures.digest(data), folder=folder)
    return known or keep(session, pictures.encode(data), folder=folder, origin=origin)


def find(session: Session, origin_hash: str, *, folder: Path) -> Asset | None:
    """Return the picture made from these original bytes, if its file is still there."""
    rows = session.exec(
        select(Asset).where(Asset.origin_hash == origin_hash).order_by(col(Asset.id))
    )
    return next((row for row in rows if path_of(row, folder=folder).exists()), None)


def path_of(asset: Asset, *, folder: Path) -> Path:
    """Return where an asset's file lies."""
    return folder / f"{asset.hash}.{asset.ext}"


def keep(
    session: Session, picture: Picture, *, folder: Path, origin: str = ""
) -> Asset:
    """Write the files, each whole or not at all, and return the row for them."""
    files.write(folder / f"{picture.hash}.{picture.ext}", picture.data)
    asset = session.exec(select(Asset).where(Asset.hash == picture.hash)).first()
    if asset is None:
        asset = Asset(
            hash=picture.hash,
            ext=picture.ext,
            width=picture.width,
            height=picture.height,
            size=len(picture.data),
            origin=origin[:2000],
            origin_hash=picture.origin_hash,
        )
        session.add(asset)
        session.flush()
    keep_narrower(session, asset, picture.narrower, folder=folder)
    return asset


def keep_narrower(
    session: Session, asset: Asset, narrower: Collection[Encoded], *, folder: Path
) -> None:
    """Keep a picture's narrower sizes beside it; those it has already stay."""
    for each in narrower:
        files.write(folder / f"{each.hash}.{each.ext}", each.data)
        row = {
            "asset_id": asset.id,
            "width": each.width,
            "height": each.height,
            "hash": each.hash,
            "ext": each.ext,
            "size": len(each.data),
        }
        insert_absent(session, AssetSize, [row])


def narrow_sizes(
    session: Session, asset_ids: Collection[int]
) -> dict[int, list[AssetSize]]:
    """Return the narrower sizes of each of these pictures, the narrowest first."""
    found: dict[int, list[AssetSize]] = {asset_id: [] for asset_id in asset_ids}
    query = select(AssetSize).where(col(AssetSize.asset_id).in_(found))
    for row in session.exec(query.order_by(col(AssetSize.width))):
        found[row.asset_id].append(row)
    return found


def unsized(session: Session, *, after: int, limit: int) -> list[Asset]:
    """Return pictures without the narrower sizes they should have, by number."""
    sized = exists().where(col(AssetSize.asset_id) == col(Asset.id))
    query = select(Asset).where(
        col(Asset.id) > after, col(Asset.width) > min(NARROW), ~sized
    )
    return list(session.exec(query.order_by(col(Asset.id)).limit(limit)))
