"""Check 11: hold a message that arrived against the one that left (pure)."""

import re
from collections import Counter
from collections.abc import Iterator

from newsletter.dkim import Verdict, verify
from newsletter.dkim.verifying import Keys, Signature
from newsletter.doctor.arrived import Mail, Part, opened
from newsletter.doctor.diagnosis import Check, Colour, Diagnosis, found, phrase
from newsletter.i18n import N_

_WAY_OUT = ("list-unsubscribe", "list-unsubscribe-post")
# Added by every system on the way, and by none for a bad end.
_TRACE = re.compile(
    r"received(-spf)?|return-path|delivered-to|authentication-results|dkim-signature"
    r"|envelope-to|x-.*|arc-.*|domainkey-signature|authentication-results-original"
    r"|original-recipient"
)
_RED_IF_CHANGED = {"from", "to", "subject", *_WAY_OUT}
_METHOD = re.compile(r"\b(dkim|spf|dmarc)\s*=\s*([a-z]+)", re.IGNORECASE)
_BROKEN: dict[Verdict, str] = {
    Verdict.BODY: N_("something changed the text on the way"),
    Verdict.HEADER: N_("something changed the head on the way"),
    Verdict.NO_KEY: N_("its key cannot be found in the DNS"),
    Verdict.UNREADABLE: N_("it cannot be read"),
}


def compare(left: bytes, arrived: bytes, *, keys: Keys) -> list[Diagnosis]:
    """Return what the way did to a message.

    `arrived` is the source that a mail program shows or saves; `keys` finds the
    published key of a signature by its name in the DNS.
    """
    ours, theirs = opened(left), opened(arrived)
    if not _is_same(ours, theirs):
        return [
            _say(
                Colour.RED,
                N_(
                    "This is not the message that left: neither its Message-ID nor its "
                    "unsubscribe link is the same. Save the source of the right one."
                ),
            )
        ]
    return [
        *_proof(ours, theirs, verify(theirs.raw, keys)),
        *_results(theirs),
        *_head(ours, theirs),
        *_body(ours, theirs),
    ]


def _is_same(ours: Mail, theirs: Mail) -> bool:
    return any(
        ours.value(name) and ours.value(name) == theirs.value(name)
        for name in ("message-id", "list-unsubscribe")
    )


# Signatures.


def _proof(
    ours: Mail, theirs: Mail, signatures: list[Signature]
) -> Iterator[Diagnosis]:
    sender = theirs.value("from").rpartition("@")[2].rstrip("> ").lower()
    own = {_name(value) for value in ours.values("dkim-signature")}
    good = [each for each in signatures if each.is_valid and _fits(each, sender)]
    broken = [
        each
        for each in signatures
        if not each.is_valid
        and ((each.domain, each.selector) in own or _fits(each, sender))
    ]
    for each in broken:
        yield _broken(each, is_spare=bool(good))
    if good:
        yield _sound(good)
    elif not broken:
        yield _say(
            Colour.RED,
            N_(
                "No signature (DKIM) speaks for {domain}, the domain that readers see. "
                "Gmail, Yahoo and Outlook refuse such newsletters."
            ),
            domain=sender,
        )


def _fits(signature: Signature, sender: str) -> bool:
    return (
        signature.domain == sender
        or sender.endswith(f".{signature.domain}")
        or signature.domain.endswith(f".{sender}")
    )


def _name(value: str) -> tuple[str, str]:
    tags = dict(re.findall(r"(?:^|;)\s*([ds])=\s*([^;\s]+)", value))
    return tags.get("d", "").lower(), tags.get("s", "").lower()


def _broken(signature: Signature, *, is_spare: bool) -> Diagnosis:
    colour = Colour.YELLOW if is_spare else Colour.RED
    if signature.verdict is Verdict.NO_KEY:
        colour = Colour.GREY
    return _say(
        colour,
        N_("The signature {selector} of {domain} does not hold: {why}."),
        advice=N_(
            "Have the relay leave messages as they are, or let it sign instead of the "
            "program."
        ),
        selector=signature.selector,
        domain=signature.domain,
        why=phrase(_BROKEN[signature.verdict]),
    )


def _sound(good: list[Signature]) -> Diagnosis:
    domains = ", ".join(dict.fromkeys(each.domain for each in good))
    if any({*_WAY_OUT} <= {*each.covers} for each in good):
        return _say(
            Colour.GREEN,
            N_(
                "The signature of {domain} is valid, and covers the unsubscribe button."
            ),
            domain=domains,
        )
    return _say(
        Colour.RED,
        N_(
            "The signature of {domain} is valid, but does not cover List-Unsubscribe "
            "and List-Unsubscribe-Post: Gmail shows no unsubscribe button."
        ),
        advice=N_("Let the program sign too: newsletter dkim new."),
        domain=domains,
    )


def _results(theirs: Mail) -> Iterator[Diagnosis]:
    """Tell what the receiver found; only the topmost field is its own."""
    said: dict[str, set[str]] = {}
    for method, result in _METHOD.findall(theirs.value("authentication-results")):
        said.setdefault(method.lower(), set()).add(result.lower())
    if not said:
        yield _say(
            Colour.GREY,
            N_(
                "The mailbox did not write down what it thinks of the sender "
                "(Authentication-Results)."
            ),
        )
        return
    failed = [
        f"{method}={'/'.join(sorted(results))}"
        for method, results in said.items()
        if "pass" not in results
    ]
    if failed:
        yield _say(
            Colour.RED,
            N_("The mailbox does not believe the sender: {results}."),
            detail=theirs.value("authentication-results"),
            results=", ".join(failed),
        )
    else:
        yield _say(
            Colour.GREEN,
            N_("The mailbox believes the sender: {results}."),
            results=", ".join(f"{method}=pass" for method in said),
        )


# The head.


def _head(ours: Mail, theirs: Mail) -> Iterator[Diagnosis]:
    left = Counter(name for name, _ in ours.fields if name != "dkim-signature")
    came = Counter(name for name, _ in theirs.fields)
    gone = [name for name in left if name not in came]
    doubled = [name for name in left if came[name] > left[name] == 1]
    changed = [
        name
        for name in left
        if name in came
        and name not in doubled
        and name != "content-type"
        and ours.values(name) != theirs.values(name)
    ]
    added = [name for name in came if name not in left and not _TRACE.fullmatch(name)]
    lost = N_("Fields of the head were taken out on the way: {names}.")
    yield from _fields(lost, gone, red={*_WAY_OUT})
    twice = N_(
        "Fields of the head stand there twice, and readers may see the wrong one: "
        "{names}."
    )
    yield from _fields(twice, doubled, red={*doubled})
    other = N_("Fields of the head were changed on the way: {names}.")
    yield from _fields(other, changed, red=_RED_IF_CHANGED, mail=theirs)
    if added:
        yield _say(
            Colour.INFO,
            N_("Fields were added to the head on the way: {names}."),
            names=", ".join(added),
        )
    if not {*_WAY_OUT} & {*gone, *doubled, *changed}:
        yield _say(Colour.GREEN, N_("The unsubscribe button arrived as it left."))


def _fields(
    sentence: str, names: list[str], *, red: set[str], mail: Mail | None = None
) -> Iterator[Diagnosis]:
    if names:
        now = [f"{name}: {mail.value(name)}" for name in names] if mail else []
        yield Diagnosis(
            Check.LOOP,
            Colour.RED if red & {*names} else Colour.YELLOW,
            phrase(sentence, names=", ".join(names)),
            found=found(*now),
        )


# The texts.


def _body(ours: Mail, theirs: Mail) -> Iterator[Diagnosis]:
    problems = []
    for part in ours.parts:
        came = theirs.part(part.kind)
        if came is None:
            problems.append(
                _say(Colour.RED, N_("The {kind} text is gone."), kind=part.kind)
            )
        else:
            problems += _text(part, came)
    more = [each.kind for each in theirs.parts if ours.part(each.kind) is None]
    if more or len(theirs.parts) > len(ours.parts):
        problems.append(_say(Colour.YELLOW, N_("Something was attached on the way.")))
    yield from problems
    if not problems:
        yield _say(
            Colour.GREEN,
            N_("Texts, links and pictures arrived exactly as they left."),
        )


def _text(left: Part, came: Part) -> Iterator[Diagnosis]:
    lost = [link for link in left.links if link not in came.links]
    new = [link for link in came.links if link not in left.links]
    if lost:
        yield _say(
            Colour.RED,
            N_(
                "Links of the {kind} text lead elsewhere now ({n}): somebody wants to "
                "watch who clicks. Turn off click tracking at the relay."
            ),
            detail=(new or lost)[0],
            n=len(lost),
            kind=left.kind,
        )
    pictures = [each for each in came.images if each not in left.images]
    if pictures:
        yield _say(
            Colour.RED,
            N_(
                "A picture was added or replaced on the way, as those do who watch who "
                "opens letters. Turn off open tracking at the relay."
            ),
            detail=pictures[0],
        )
    if not lost and not pictures:
        yield from _layout(left, came)


def _layout(left: Part, came: Part) -> Iterator[Diagnosis]:
    if left.words != came.words:
        added = len(came.words) - len(left.words)
        sentence = N_("The words of the {kind} text were changed on the way.")
        if added > 0 and left.words in came.words:
            sentence = N_("Words were added to the {kind} text, such as a footer.")
        yield _say(Colour.YELLOW, sentence, kind=left.kind)
    elif left.encoding != came.encoding:
        yield _say(
            Colour.YELLOW,
            N_(
                "The {kind} text was packed anew on the way ({before} became {after}), "
                "which breaks a signature made before."
            ),
            kind=left.kind,
            before=left.encoding,
            after=came.encoding,
        )
    elif left.lines != came.lines:
        yield _say(
            Colour.YELLOW,
            N_(
                "The lines of the {kind} text were wrapped anew on the way, which "
                "breaks a signature made before."
            ),
            kind=left.kind,
        )


def _say(
    colour: Colour,
    sentence: str,
    *,
    advice: str = "",
    detail: str = "",
    **values: object,
) -> Diagnosis:
    return Diagnosis(
        Check.LOOP,
        colour,
        phrase(sentence, **values),
        advice=(phrase(advice),) if advice else (),
        found=found(detail) if detail else (),
    )
