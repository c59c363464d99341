"""The import of a feed: read it, compare it with what we have, write what is new."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from newsletter import db, media
from newsletter.config import Settings
from newsletter.errors import (
    BadText,
    FetchFailed,
    FetchRefused,
    UnreadableFeed,
    UnreadableImage,
)
from newsletter.feeds import boilerplate, drafting, origins, parsing, saving, sources
from newsletter.feeds.drafting import Draft, Setting
from newsletter.feeds.entries import Entry, Feed
from newsletter.feeds.origins import Origin
from newsletter.feeds.report import Outcome, Refused, Report
from newsletter.feeds.sources import Known
from newsletter.fetching import Resolver
from newsletter.models import Asset

Watch = Callable[[int, int], None]
T = TypeVar("T")


def import_feed(
    engine: Engine,
    settings: Settings,
    location: str,
    *,
    language: str | None = None,
    watch: Watch | None = None,
    resolve: Resolver | None = None,
) -> Report:
    """Make items of a feed, an address or a path, and report on each entry.

    The same feed again changes nothing; a changed entry brings its item's source
    words up to date. Every entry is written in a transaction of its own, so a bad
    one is reported and the others stay. `watch` hears (done, total). Raises
    FetchRefused, FetchFailed or UnreadableFeed when there is nothing to read.
    """
    origin = origins.find(location, allow=settings.fetch_allow, resolve=resolve)
    with db.reading(engine) as session:
        known = sources.recall(session, origin.key)
    try:
        raw = origin.read(known.etag, known.last_modified)
        if raw is None:
            return _as_before(engine, known)
        feed = parsing.parse(raw.data, content_type=raw.content_type, base=raw.base)
    except (FetchFailed, FetchRefused, UnreadableFeed) as error:
        _note_failure(engine, known, str(error))
        raise
    desk = _Desk(engine, settings, origin, known, _setting(feed, settings, language))
    report = desk.take(feed, language, watch or _nobody)
    _note_success(engine, origin.key, known, raw, report)
    return report


@dataclass(frozen=True)
class _Taken:
    """What became of one entry."""

    entry: Entry
    outcome: Outcome | None = None  # None: refused
    reason: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Shown:
    """The picture an entry gets, or why it gets none."""

    picture: media.Picture | None = None
    origin: str = ""
    warning: str = ""


@dataclass(frozen=True)
class _Desk:
    """One import under way."""

    engine: Engine
    settings: Settings
    origin: Origin
    known: Known
    setting: Setting

    def take(self, feed: Feed, language: str | None, watch: Watch) -> Report:
        """Write every new or changed entry and report on all."""
        changed = [entry for entry in feed.entries if self._changed(entry)]
        if not changed and self.known.id is not None:
            return self._report(feed, [self._unchanged(one) for one in feed.entries])
        source_id = _unless_raced(lambda: self._enter(feed, language))
        # What repeats is seen over all entries, also those we have already.
        told = replace(self, setting=_with_boilerplate(self.setting, feed.entries))
        taken: list[_Taken] = []
        for done, entry in enumerate(feed.entries):
            watch(done, len(feed.entries))
            taken.append(told._entry(entry, source_id, seen=taken))
        watch(len(feed.entries), len(feed.entries))
        return self._report(feed, taken, source_id=source_id)

    def _enter(self, feed: Feed, language: str | None) -> int:
        with db.writing(self.engine) as session:
            return sources.enter(session, self.origin.key, feed, language=language)

    def _changed(self, entry: Entry) -> bool:
        return self.known.hashes.get(entry.guid) != entry.hash

    def _unchanged(self, entry: Entry) -> _Taken:
        return _Taken(entry, Outcome.UNCHANGED)

    def _entry(self, entry: Entry, source_id: int, *, seen: Sequence[_Taken]) -> _Taken:
        if any(other.entry.guid == entry.guid for other in seen):
            return _Taken(entry, reason="Another entry of this feed has the same guid.")
        if not self._changed(entry):
            return self._unchanged(entry)
        try:
            draft = drafting.draft(entry, self.setting)
        except BadText as error:
            return _Taken(entry, reason=str(error))
        shown = self._picture(draft)
        outcome = _unless_raced(lambda: self._write(draft, entry, source_id, shown))
        warnings = draft.warnings + ((shown.warning,) if shown.warning else ())
        return _Taken(entry, outcome, warnings=warnings)

    def _picture(self, draft: Draft) -> _Shown:
        """Return the first picture that can be had, or why there is none."""
        warning = ""
        for src in draft.pictures:
            try:
                data = self.origin.picture(src, bases=draft.bases)
                return _Shown(media.encode(data), src)
            except (FetchFailed, FetchRefused, UnreadableImage) as error:
                warning = warning or f"No picture: {error}"
        return _Shown(warning=warning)

    def _write(
        self, draft: Draft, entry: Entry, source_id: int, shown: _Shown
    ) -> Outcome:
        with db.writing(self.engine) as session:
            asset = self._keep(session, shown)
            item, new = saving.save(
                session,
                draft,
                entry=entry,
                source_id=source_id,
                asset=asset,
                zone=self.settings.timezone,
            )
            if new and isinstance(self.origin, origins.Address):
                saving.await_page(item)
        return Outcome.NEW if new else Outcome.UPDATED

    def _keep(self, session: Session, shown: _Shown) -> Asset | None:
        if shown.picture is None:
            return None
        folder = self.settings.media_dir
        return media.keep(session, shown.picture, folder=folder, origin=shown.origin)

    def _report(
        self, feed: Feed, taken: Sequence[_Taken], *, source_id: int | None = None
    ) -> Report:
        with db.reading(self.engine) as session:
            held = sources.held(session, source_id or self.known.id)
        refused = [one for one in taken if one.outcome is None]
        told = [(one, text) for one in taken for text in one.warnings]
        return Report(
            items=tuple(
                replace(held[one.entry.guid], outcome=one.outcome)
                for one in taken
                if one.outcome is not None
            ),
            refused=tuple(
                Refused(drafting.name(one.entry), one.reason) for one in refused
            ),
            warnings=feed.warnings
            + tuple(f"{drafting.name(one.entry)}: {text}" for one, text in told),
        )


def _unless_raced(write: Callable[[], T]) -> T:
    """Write once more when another import wrote the same row a moment ago."""
    try:
        return write()
    except IntegrityError:
        return write()


def _setting(feed: Feed, settings: Settings, language: str | None) -> Setting:
    return Setting(
        languages=tuple(settings.languages),
        zone=settings.zone,
        declared=language or feed.language,
        home=feed.link,
    )


def _with_boilerplate(setting: Setting, entries: Sequence[Entry]) -> Setting:
    rows = []
    for entry in entries:
        try:
            rows.append((entry.title, drafting.read(entry)))
        except BadText:  # reported when its turn comes
            continue
    return replace(setting, boilerplate=boilerplate.find(rows))


def _as_before(engine: Engine, known: Known) -> Report:
    """Return the report on a feed whose server says that nothing changed."""
    with db.reading(engine) as session:
        held = sources.held(session, known.id)
    return Report(items=tuple(held.values()))


def _note_failure(engine: Engine, known: Known, reason: str) -> None:
    if known.id is not None and known.error != reason:
        with db.writing(engine) as session:
            sources.failed(session, known.id, reason)


def _note_success(
    engine: Engine, key: str, known: Known, raw: origins.Raw, report: Report
) -> None:
    """Remember how to ask for news, and write nothing when that is no news either."""
    complete = not report.refused
    kept = (raw.etag, raw.last_modified) if complete else ("", "")
    before = (known.etag, known.last_modified)
    changed = len(report.items) > report.count(Outcome.UNCHANGED)
    if known.id is not None and not changed and before == kept and not known.error:
        return
    with db.writing(engine) as session:
        found = sources.recall(session, key)
        if found.id is not None:
            sources.succeeded(session, found.id, raw, complete=complete)


def _nobody(_done: int, _total: int) -> None:
    """Nobody watches."""
