"""An edition as somebody in particular gets it: a stand-in, a colleague, a reader."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from newsletter import i18n, messages
from newsletter.config import Settings
from newsletter.editions.freeze import Laid, lay_out_one
from newsletter.editions.words import get_edition
from newsletter.models import Edition, Issue
from newsletter.rendering.markers import Markers
from subscribers.tokens import TEST_HANDLE


@dataclass(frozen=True)
class Preview:
    """An edition as one reader gets it, or would get it now."""

    mjml: str
    html: str
    text: str
    message: bytes
    changed: bool = False  # since it was frozen; then `mjml` alone has the new words


def preview(
    session: Session,
    issue: Issue,
    language: str,
    settings: Settings,
    *,
    now: datetime,
    reader: messages.Reader | None = None,
) -> Preview:
    """Show an edition without freezing it: the frozen one, once there is one.

    Without a reader its links name nobody and do nothing. Raises EditionNotFound,
    RenderingFailed, or KeyMissing for a frozen one whose key is gone.
    """
    edition = get_edition(session, issue, language)
    frozen_at = _frozen_at(issue, edition)
    laid = lay_out_one(session, issue, edition, settings, now=frozen_at or now)
    kept = _of_frozen(edition) if frozen_at else _of_laid(edition, laid)
    compiled = kept.compile(settings, edition.subject)
    message = compiled.build(reader or stand_in("reader@example.org", now=now))
    return Preview(
        laid.rendered.mjml,
        messages.part(message, "html"),
        messages.part(message, "plain"),
        message,
        changed=frozen_at is not None and _differs(edition, laid),
    )


def for_test(
    session: Session, issue: Issue, language: str, settings: Settings, *, now: datetime
) -> messages.Compiled:
    """Return an edition to build tests from: `[TEST FR] …`, the rest as it leaves.

    Its readers are made by `stand_in`. Raises as `preview` does.
    """
    edition = get_edition(session, issue, language)
    if _frozen_at(issue, edition):
        kept = _of_frozen(edition)
    else:
        laid = lay_out_one(session, issue, edition, settings, now=now)
        kept = _of_laid(edition, laid).without_page()
    return kept.compile(settings, f"[TEST {i18n.plate(language)}] {edition.subject}")


def stand_in(address: str, *, now: datetime, number: int = 0) -> messages.Reader:
    """Return a reader whose links do nothing; `number` tells their messages apart."""
    day = now.date().isoformat()
    return messages.Reader(number, address, TEST_HANDLE, day, now)


# Calendar files of everybody's letters, in both parts of a mail.
_CALENDAR = re.compile(r"/e/\d+\.[A-Za-z-]+\.ics(?=[\"\s])")


@dataclass(frozen=True)
class _Kept:
    """What a message is compiled from."""

    language: str
    envelope: messages.Envelope
    html: str
    text: str

    def compile(self, settings: Settings, subject: str) -> messages.Compiled:
        return messages.Compiled(
            self.envelope,
            settings.keys,
            language=self.language,
            subject=subject,
            html=self.html,
            text=self.text,
            signing=settings.dkim_keys,
        )

    def without_page(self) -> "_Kept":
        """Lead to the page about tests instead of to a page that is not there yet.

        Calendar files open with the handle of the issue, as those of a private one do.
        """
        page = self.envelope.web_url
        own = Markers(self.envelope.nonce).read_in(self.language)
        if self.language not in self.envelope.languages:
            return self
        html = self.html.replace(f'"{page}"', f'"{own}"')
        text = "\n".join(
            line.replace(page, own) if line.endswith(page) else line
            for line in self.text.split("\n")
        )
        opened = rf"\g<0>?of={self.envelope.issue_handle}"
        html, text = _CALENDAR.sub(opened, html), _CALENDAR.sub(opened, text)
        return _Kept(self.language, self.envelope, html, text)


def _of_frozen(edition: Edition) -> _Kept:
    envelope = messages.Envelope.of(edition.envelope)
    return _Kept(edition.language, envelope, edition.html, edition.text)


def _of_laid(edition: Edition, laid: Laid) -> _Kept:
    rendered = laid.rendered
    return _Kept(edition.language, laid.envelope, rendered.html, rendered.text)


def _frozen_at(issue: Issue, edition: Edition) -> datetime | None:
    """Return when its bytes were settled; until the list is complete they are not."""
    return edition.frozen_at if issue.total is not None else None


def _differs(edition: Edition, laid: Laid) -> bool:
    frozen = messages.Envelope.of(edition.envelope)
    return laid.rendered.html.replace(laid.envelope.nonce, frozen.nonce) != edition.html
