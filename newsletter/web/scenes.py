"""A writer at the words of an issue: what each thing they do there answers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlmodel import Session

from newsletter import db, editions, issues, items
from newsletter.i18n import N_
from newsletter.items import Attempt, Saved, revisions, saving
from newsletter.models import Issue, Revision
from newsletter.web import clashes, panes, walking, wording
from newsletter.web.deps import Site
from newsletter.web.failures import not_found
from newsletter.web.walking import Matrix, Spot
from newsletter.web.writers import LINES, Writer

_CELL = re.compile(r"/i/([^/?#]+)/([^/?#]+)(?:[?#].*)?$")
Beside = Callable[[Spot, Spot | None], str]


@dataclass(frozen=True)
class Scene:
    """Somebody at an issue, and how their pages are put together."""

    request: Request
    here: Site
    session: Session
    issue: Issue
    writer: Writer
    page: Callable[[Any], HTMLResponse]  # a whole page around a pane
    beside: Beside  # what changes around a cell, and around the one left before

    @property
    def scripted(self) -> bool:
        """Whether a fragment is enough."""
        return "hx-request" in self.request.headers

    @property
    def left(self) -> Spot | None:
        """Which cell was open before."""
        found = _CELL.search(self.request.headers.get("hx-current-url", ""))
        return Spot(found[1], found[2]) if found else None


@dataclass(frozen=True)
class Decided:
    """There is no gap left for this person: what to say instead of a cell."""

    writer: Writer
    issue: Issue

    @property
    def template(self) -> str:
        """What shows it."""
        return "staff/_decided.html"


def show(
    scene: Scene, spot: Spot, *, kept: int = 0, refused: str = "", misfit: str = ""
) -> Response:
    """Open a cell; `kept` is a revision whose words go into its fields."""
    words = _revision(scene, spot, kept).words if kept else None
    pane = panes.of(scene.session, scene.writer, scene.issue, spot, instead=words)
    answer = _framed(scene, replace(pane, refused=refused, misfit=misfit), spot)
    if refused or misfit:
        answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    return answer


def keep(scene: Scene, spot: Spot, form: Mapping[str, str]) -> Response:
    """Save words as they are being written, and say so with a line."""
    saved = _save(scene, spot, _attempt(scene.writer, form))
    if saved.lost is not None:
        return clash(scene, spot, saved)
    text = scene.here.pages.text(
        "staff/_saved.html",
        scene.writer.language,
        saved=saved.text,
        zone=ZoneInfo(scene.issue.timezone),
    )
    return HTMLResponse(text + scene.beside(spot, None))


def submit(scene: Scene, spot: Spot, form: Mapping[str, str]) -> Response:
    """Save words once and for all, as a form without a script does."""
    saved = _save(scene, spot, _attempt(scene.writer, form))
    return clash(scene, spot, saved) if saved.lost else go(scene, spot)


def finish(scene: Scene, spot: Spot, form: Mapping[str, str]) -> Response:
    """Save words, call them ready, and go on to the next gap."""
    attempt = _attempt(scene.writer, form)
    first = "subject" if spot.row == LINES else "title"
    if first in attempt.words and not attempt.words[first].strip():
        _save(scene, spot, attempt)
        return show(scene, spot, refused=_NAMELESS[first])
    saved = _save(scene, spot, _ready(attempt))
    if saved.lost is not None:
        return clash(scene, spot, saved)
    if _stale(scene, spot, saved):
        _confirm(scene, spot, saved.text.version)
    return onward(scene, spot)


def onward(scene: Scene, spot: Spot) -> Response:
    """Go on to the next gap, or to the page that says that none is left."""
    found = Matrix(editions.coverage(scene.session, scene.issue))
    following = found.next_gap(spot, scene.writer)
    if following is not None:
        return go(scene, following)
    if scene.scripted:
        return _framed(scene, Decided(scene.writer, scene.issue), spot)
    return RedirectResponse(f"{scene.writer.base}/i", HTTPStatus.SEE_OTHER)


def still(scene: Scene, spot: Spot, form: Mapping[str, str]) -> Response:
    """Take words as they are: what changed in the source changes nothing in them."""
    saved = _save(scene, spot, _attempt(scene.writer, form))
    if saved.lost is not None:
        return clash(scene, spot, saved)
    _confirm(scene, spot, saved.text.version)
    return go(scene, spot)


def copy(scene: Scene, spot: Spot, form: Mapping[str, str]) -> Response:
    """Put the source's words into the fields that are empty."""
    attempt = _attempt(scene.writer, form)
    inside = _inside(scene, spot)
    if inside.source is not None:
        theirs = revisions.words_of(inside.source)
        blank = {name for name, said in attempt.words.items() if not said.strip()}
        attempt = Attempt(
            dict(attempt.words)
            | {name: theirs[name] for name in blank if name != "url"},
            attempt.version,
            attempt.by,
        )
    saved = _save(scene, spot, attempt)
    return clash(scene, spot, saved) if saved.lost else go(scene, spot)


def restore(scene: Scene, spot: Spot, form: Mapping[str, str]) -> Response:
    """Let words of before, or words that came too late, count again."""
    revision = _revision(scene, spot, _number(form.get("revision", "")))
    version = _number(form.get("version", ""))
    saved = _save(scene, spot, Attempt(revision.words, version, scene.writer.author))
    return clash(scene, spot, saved) if saved.lost else go(scene, spot)


def clash(scene: Scene, spot: Spot, saved: Saved) -> Response:
    """Show both versions of words that two people changed."""
    both = clashes.of(scene.session, scene.writer, scene.issue, spot, saved)
    answer = _framed(scene, both, spot)
    answer.status_code = HTTPStatus.CONFLICT
    return answer


def go(scene: Scene, spot: Spot) -> Response:
    """Open a cell after something was done: at once, or by its address."""
    address = scene.writer.address(spot.row, spot.language)
    if not scene.scripted:
        return RedirectResponse(address, HTTPStatus.SEE_OTHER)
    answer = show(scene, spot)
    answer.headers["HX-Push-Url"] = address
    return answer


def require(scene: Scene, spot: Spot) -> None:
    """End in the page for 403 where these words are not theirs to change."""
    source = walking.source_of(scene.session, scene.issue, spot)
    if not scene.writer.may_write(spot.language, source=source):
        raise HTTPException(HTTPStatus.FORBIDDEN)


_NAMELESS = {
    "title": N_("Give it a title first: without one, readers do not see these words."),
    "subject": N_("Write a subject first: no letter leaves without one."),
}


def _framed(scene: Scene, pane: Any, spot: Spot) -> HTMLResponse:
    if not scene.scripted:
        return scene.page(pane)
    left = scene.left if scene.left != spot else None
    text = scene.here.pages.text(
        "staff/_cell.html", scene.writer.language, pane=pane, issue=scene.issue
    )
    return HTMLResponse(text + scene.beside(spot, left))


def _save(scene: Scene, spot: Spot, attempt: Attempt) -> Saved:
    require(scene, spot)
    if spot.row == LINES:
        saved = editions.save_lines(
            scene.session, scene.issue, attempt, language=spot.language
        )
    else:
        inside = _inside(scene, spot)
        item = items.get_item(scene.session, int(spot.row))
        tag = inside.text.language if inside.text else spot.language
        saved = items.save(scene.session, item, attempt, language=tag)
    if saved.lost is None and scene.issue.approved_hash:
        issues.recheck(scene.session, scene.issue, now=db.now(scene.session))
    return saved


def _confirm(scene: Scene, spot: Spot, version: int) -> None:
    inside = _inside(scene, spot)
    if inside.text is None or inside.source is None:
        return
    saving.confirm(
        scene.session,
        inside.text,
        version=version,
        follows=saving.hash_of(inside.source),
        by=scene.writer.author,
    )


def _stale(scene: Scene, spot: Spot, saved: Saved) -> bool:
    inside = _inside(scene, spot)
    if inside.source is None:
        return False
    return saved.text.source_hash != saving.hash_of(inside.source)


def _inside(scene: Scene, spot: Spot) -> panes.Open:
    return panes.find(scene.session, scene.issue, spot)


def _attempt(writer: Writer, form: Mapping[str, str]) -> Attempt:
    is_ready, was = form.get("ready") == "on", form.get("was_ready") == "on"
    return Attempt(
        wording.sent(form),
        _number(form.get("version", "")),
        writer.author,
        ready=None if is_ready == was else is_ready,
        again=form.get("again") == "1",
    )


def _ready(attempt: Attempt) -> Attempt:
    return Attempt(
        attempt.words, attempt.version, attempt.by, ready=True, again=attempt.again
    )


def _revision(scene: Scene, spot: Spot, number: int) -> Revision:
    """Return a kept state of a cell, or end in the page for 404."""
    found = scene.session.get(Revision, number) if 0 < number < 2**31 else None
    text = _inside(scene, spot).text
    if found is None or text is None or not revisions.is_of(found, text):
        raise not_found()
    return found


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


Act = Callable[[Scene, Spot, Mapping[str, str]], Response]
ACTS: Mapping[str, Act] = {
    "save": submit,
    "ready": finish,
    "still": still,
    "copy": copy,
    "restore": restore,
}
