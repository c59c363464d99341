"""Check that links lead somewhere, as far as they were tried in the background."""

from collections.abc import Iterable, Iterator, Sequence

from newsletter.checks import addresses
from newsletter.checks.findings import Fault, check, look, unchecked
from newsletter.checks.proof import Hyperlink, Proof
from newsletter.checks.sentences import Sentence, gettext, ngettext
from newsletter.config import Network
from newsletter.i18n import N_
from newsletter.models import LinkState
from newsletter.trials import Trial


@check("link-dead", N_("Every link leads somewhere"))
def link_dead(proof: Proof) -> Iterator[Fault]:
    """A server's answer never keeps an issue from leaving: it may be a bad hour."""
    known = dict(proof.trials)
    waiting, untried = 0, 0
    for link in outside(proof.links, base_url=proof.base_url, allow=proof.allow):
        trial = known.get(link.url)
        if trial is None:
            waiting += 1
        elif trial.state is LinkState.UNTRIED:
            untried += 1
        elif trial.state is not LinkState.WORKS:
            said = _said(link.url, trial)
            yield look(said, link.place, language=link.language, detail=link.url)
    yield from _left_open(proof, waiting, untried)


def untried(proof: Proof) -> int:
    """Count the links that wait to be tried for the first time."""
    known = dict(proof.trials)
    links = outside(proof.links, base_url=proof.base_url, allow=proof.allow)
    return sum(link.url not in known for link in links)


def outside(
    links: Iterable[Hyperlink], *, base_url: str, allow: Sequence[Network]
) -> Iterator[Hyperlink]:
    """Yield the links that can be tried at all, each address once."""
    seen = set()
    for link in links:
        scheme = link.url.strip().partition(":")[0].lower()
        if link.url in seen or scheme not in {"http", "https"}:
            continue
        seen.add(link.url)
        if not (
            addresses.fault(link.url)
            or addresses.is_ours(link.url, base_url)
            or addresses.is_staging(link.url, allow=allow)
        ):
            yield link


def _said(url: str, trial: Trial) -> Sentence:
    if trial.state is LinkState.BROKEN and trial.code:
        return gettext(
            "This link leads nowhere (error {code}): {url}",
            code=str(trial.code),
            url=url,
        )
    if trial.state is LinkState.BROKEN:
        return gettext("This link leads nowhere, there is no such site: {url}", url=url)
    if trial.code:
        return gettext(
            "This link answers “error {code}”, perhaps only to programs. Please open it"
            " yourself: {url}",
            code=str(trial.code),
            url=url,
        )
    return gettext("This link does not answer. Please open it yourself: {url}", url=url)


def _left_open(proof: Proof, waiting: int, untried: int) -> Iterator[Fault]:
    place = proof.at("links")
    if waiting:
        said = ngettext(
            "One link has not been tried yet.",
            "{n} links have not been tried yet.",
            waiting,
        )
        yield unchecked(said, place, detail="waiting")
    if untried:
        said = ngettext(
            "One link could not be tried: the service did not get through to it.",
            "{n} links could not be tried: the service did not get through to them.",
            untried,
        )
        yield unchecked(said, place, detail="untried")


CHECKS = (link_dead,)
