"""The look of a list: changed, kept, and on its letters."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from sqlmodel import Session

from newsletter import editions, looks
from newsletter.errors import BadLook, BadTemplate, UnreadableImage
from newsletter.looks import Changes
from newsletter.models import Issue, Look, Visibility
from newsletter.rendering import Design, Face, Letter, Markers, Style
from subscribers.clock import utcnow
from subscribers.models import MailingList
from tests import factories
from tests.newsletter.rendering.test_own_template import GOOD

BASE = "https://news.example.org"
INK = (20, 40, 90, 255)


def drawing(colour: tuple[int, int, int, int] = INK, *, ground: str = "") -> bytes:
    """Return a logo of 900 by 300 pixels, see-through around what is drawn."""
    image = Image.new("RGBA", (900, 300), ground or (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((300, 100, 600, 200), fill=colour)
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def letter(session: Session, issue: Issue) -> Letter:
    markers = Markers("abcdefgh")
    return editions.compose(
        session, issue, "fr", base_url=BASE, markers=markers, dated_on=utcnow()
    )


def change(
    session: Session, mailing_list: MailingList, changes: Changes, *, folder: Path
) -> Look:
    return looks.change(session, mailing_list, looks.prepare(changes), folder=folder)


def test_a_list_that_never_chose_has_the_usual_look(session: Session) -> None:
    mailing_list = factories.the_list(session)

    assert looks.style_of(session, mailing_list, base_url=BASE) == Style()


def test_what_is_not_named_stays(session: Session, tmp_path: Path) -> None:
    mailing_list = factories.the_list(session)
    change(session, mailing_list, Changes(Design.NEWS), folder=tmp_path)

    change(session, mailing_list, Changes(template=GOOD), folder=tmp_path)

    style = looks.style_of(session, mailing_list, base_url=BASE)
    assert (style.design, style.titles, style.template) == (
        Design.NEWS,
        Face.SANS,
        GOOD,
    )


@pytest.mark.parametrize(
    ("changes", "face"),
    [
        (Changes(Design.LETTER), Face.SERIF),
        (Changes(Design.BULLETIN), Face.SANS),
        (Changes(Design.BULLETIN, Face.SERIF), Face.SERIF),
    ],
)
def test_a_design_brings_its_usual_titles(
    session: Session, tmp_path: Path, changes: Changes, face: Face
) -> None:
    mailing_list = factories.the_list(session)

    look = change(session, mailing_list, changes, folder=tmp_path)

    assert look.titles == face


def test_a_logo_is_kept_small_with_a_light_edge(
    session: Session, tmp_path: Path
) -> None:
    mailing_list = factories.the_list(session)

    change(session, mailing_list, Changes(logo=drawing()), folder=tmp_path)

    logo = looks.style_of(session, mailing_list, base_url=BASE).logo
    assert logo
    assert logo.url.startswith(f"{BASE}/media/")
    assert (logo.width, logo.height) == (311, 111)
    with Image.open(tmp_path / logo.url.rpartition("/")[2]) as kept:
        edge = kept.convert("RGBA").getpixel((155, 3))
        middle = kept.convert("RGBA").getpixel((155, 55))
    assert isinstance(edge, tuple)
    *colour, opacity = edge
    assert colour == [255, 255, 255]
    assert opacity > 100
    assert middle == INK


def test_a_logo_with_a_ground_of_its_own_gets_no_edge(
    session: Session, tmp_path: Path
) -> None:
    mailing_list = factories.the_list(session)
    flat = drawing(ground="#ffcc00")

    change(session, mailing_list, Changes(logo=flat), folder=tmp_path)

    logo = looks.style_of(session, mailing_list, base_url=BASE).logo
    assert logo
    with Image.open(tmp_path / logo.url.rpartition("/")[2]) as kept:
        assert kept.convert("RGBA").getchannel("A").getextrema() == (255, 255)


@pytest.mark.parametrize(
    ("logo", "error", "reason"),
    [
        (drawing((250, 250, 250, 255)), BadLook, "nearly white"),
        (drawing((0, 0, 0, 0)), BadLook, "empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", UnreadableImage, "SVG draw"),
    ],
)
def test_a_logo_that_nobody_could_see_is_refused(
    session: Session, tmp_path: Path, logo: bytes, error: type[Exception], reason: str
) -> None:
    mailing_list = factories.the_list(session)

    with pytest.raises(error, match=reason):
        change(session, mailing_list, Changes(logo=logo), folder=tmp_path)


def test_a_logo_can_be_taken_away(session: Session, tmp_path: Path) -> None:
    mailing_list = factories.the_list(session)
    change(session, mailing_list, Changes(logo=drawing()), folder=tmp_path)

    change(session, mailing_list, Changes(logo=b""), folder=tmp_path)

    assert looks.style_of(session, mailing_list, base_url=BASE).logo is None


def test_a_template_that_does_not_work_leaves_the_look_as_it_was(
    session: Session, tmp_path: Path
) -> None:
    mailing_list = factories.the_list(session)
    change(session, mailing_list, Changes(template=GOOD), folder=tmp_path)

    with pytest.raises(BadTemplate, match="Line 1"):
        change(session, mailing_list, Changes(template="<a>"), folder=tmp_path)

    kept = looks.style_of(session, mailing_list, base_url=BASE).template
    assert kept == GOOD


def test_the_letters_of_the_list_have_its_look(
    session: Session, tmp_path: Path
) -> None:
    mailing_list = factories.the_list(session)
    mailing_list.accent, mailing_list.privacy_url = "#aa3300", "https://example.org/p"
    changes = Changes(Design.NEWS, logo=drawing())
    change(session, mailing_list, changes, folder=tmp_path)
    issue = factories.make_issue(session, items=[factories.make_item(session)])

    found = letter(session, issue)

    assert found.style == looks.style_of(session, mailing_list, base_url=BASE)
    assert found.style.accent == "#aa3300"
    assert found.privacy_url == "https://example.org/p"


@pytest.mark.parametrize("visibility", Visibility)
def test_only_what_everybody_may_find_is_passed_on(
    session: Session, visibility: Visibility
) -> None:
    issue = factories.make_issue(session, items=[factories.make_item(session)])
    issue.visibility = visibility

    shared = letter(session, issue).share_url

    public = f"{BASE}/fr/{issue.slug}"
    assert shared == (public if visibility is Visibility.PUBLIC else "")


def test_a_look_goes_with_its_list(session: Session, tmp_path: Path) -> None:
    mailing_list = factories.make_list(session)
    change(session, mailing_list, Changes(Design.NEWS), folder=tmp_path)

    own = looks.style_of(session, mailing_list, base_url=BASE)
    other = looks.style_of(session, factories.the_list(session), base_url=BASE)

    assert (own.design, other.design) == (Design.NEWS, Design.LETTER)
