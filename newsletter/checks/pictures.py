"""Checks of pictures: that they are there, light, wide enough and described."""

from collections.abc import Iterator

from newsletter.checks.findings import Fault, check, look, must_fix
from newsletter.checks.proof import ItemProof, PictureFacts, Proof, Text
from newsletter.checks.sentences import gettext
from newsletter.i18n import N_
from newsletter.models import ItemType

_HEAVY = 1_000_000  # bytes
_COLUMN = 536  # pixels: what the large picture fills


@check("picture-missing", N_("Every picture is there"))
def picture_missing(proof: Proof) -> Iterator[Fault]:
    """Its file is gone, so everybody would see a gap."""
    for item, picture in _pictured(proof):
        if not picture.there:
            yield must_fix(
                gettext("The file of this picture is gone."), item.at("picture")
            )


@check("picture-heavy", N_("Pictures are light"))
def picture_heavy(proof: Proof) -> Iterator[Fault]:
    """On a train, a megabyte is a minute."""
    for item, picture in _pictured(proof):
        if picture.size > _HEAVY:
            said = gettext(
                "This picture weighs {size} MB. More than 1 MB is too much for a"
                " letter.",
                size=round(picture.size / 1_000_000, 1),
            )
            yield must_fix(said, item.at("picture"), detail=str(picture.size))


@check("picture-narrow", N_("The large picture is wide enough"))
def picture_narrow(proof: Proof) -> Iterator[Fault]:
    """The first one fills the letter; the others are shown small."""
    for item, picture in _pictured(proof):
        if item.leads and picture.width < _COLUMN:
            said = gettext(
                "This picture is {width} pixels wide. As the large one it needs"
                " {wanted}.",
                width=picture.width,
                wanted=_COLUMN,
            )
            yield look(said, item.at("picture"))


@check("picture-alt", N_("Every picture is described"))
def picture_alt(proof: Proof) -> Iterator[Fault]:
    """For those who do not see it, and for everybody whose program hides it."""
    for item, picture in _pictured(proof):
        for text in item.texts:
            # A video's picture says "Play:" and its title by itself.
            if not text.alt and item.type != ItemType.VIDEO:
                said = gettext("This picture has no description.")
                yield look(said, item.at("alt"), language=text.language)
            elif _is_file_name(text.alt, picture):
                said = gettext(
                    "The description is the name of a file: “{words}”", words=text.alt
                )
                yield look(said, item.at("alt"), language=text.language)


@check("picture-only", N_("No picture stands for a text"))
def picture_only(proof: Proof) -> Iterator[Fault]:
    """A poster instead of words: nobody can search, enlarge or hear it."""
    for item, _ in _pictured(proof):
        for text in item.texts:
            if item.type in {ItemType.STORY, ItemType.TEXT, ItemType.APPEAL} and (
                _says_nothing(item, text)
            ):
                said = gettext(
                    "There is a picture but no text: whoever does not see it learns"
                    " only the title."
                )
                yield look(said, item.at("body"), language=text.language)


def _pictured(proof: Proof) -> Iterator[tuple[ItemProof, PictureFacts]]:
    for item in proof.items:
        if item.picture and item.texts:
            yield item, item.picture


def _says_nothing(item: ItemProof, text: Text) -> bool:
    return text.bare and not item.documents


def _is_file_name(alt: str, picture: PictureFacts) -> bool:
    said = alt.lower()
    ends = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".tif", ".tiff", ".bmp", ".avif")
    return said in picture.names or (said.endswith(ends) and " " not in said)


CHECKS = (picture_missing, picture_heavy, picture_narrow, picture_alt, picture_only)
