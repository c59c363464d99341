"""The imports there were: what each brought, and whether it was taken back."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from subscribers.models import Import, MailingList


@dataclass(frozen=True)
class Entry:
    """One import with the list it was for."""

    entry: Import
    mailing_list: MailingList


def listing(session: Session, *, limit: int) -> list[Entry]:
    """Return imports, the latest first."""
    query = (
        select(Import, MailingList)
        .join(MailingList, col(MailingList.id) == col(Import.list_id))
        .order_by(col(Import.id).desc())
        .limit(limit)
    )
    return [Entry(*row) for row in session.exec(query)]
