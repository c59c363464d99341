"""Read a report that is words alone: what the system says, and what it returns."""

import re
from typing import NamedTuple

from newsletter.bounces.headers import Headers, fields
from newsletter.bounces.mime import Part
from newsletter.bounces.verdicts import codes_in
from newsletter.smtp.words import folded, said

_LONGEST = 8_000  # characters of what the system says itself
_PARAGRAPH = 900
# Where the system’s own words end and what it returns begins.
_RETURNED = re.compile(
    r"^[ \t>*=#_+-]{0,60}(?:(?:below this line|below|this|here|"
    r"the following) is (?:a copy|the (?:original|returned)|the header)|"
    r"(?:the )?headers? of the (?:original|returned) message|(?:your |"
    r"the )?(?:original|returned|unsent|undelivered|old)[ -](?:message|"
    r"mail)(?: headers?)?(?: (?:follows|below|attached))?(?=[\s:.*=_|-]{0,60}$)|"
    r"message headers? follows?|possibly truncated original|original message headers|"
    r"(?:a )?copy of (?:the|your) (?:original )?message|included (?:below )?is a copy|"
    r"start of returned message|(?:ci-dessous|voici)[^\n]{0,40}copie|copie du message|"
    r"message original|(?:hieronder|hier)[^\n]{0,40}kopie|kopie van (?:het|uw)|"
    r"oorspronkelijk bericht|(?:es folgt|hier)[^\n]{0,40}kopie|kopie (?:der|"
    r"ihrer) nachricht|(?:die )?urspr\S{1,8}ngliche nachricht|kopfzeilen der|"
    r"(?:return-path|received|x-envelope-from|delivered-to|arc-seal|"
    r"dkim-signature): ?)[^\n]{0,200}$",
    re.IGNORECASE | re.MULTILINE,
)
_HEADER = re.compile(
    r"^[ \t>]{0,6}(?:return-path|received|message-id|from|subject|date|to|"
    r"dkim-signature|list-unsubscribe|x-envelope-from|mime-version):",
    re.IGNORECASE | re.MULTILINE,
)
# Our own words, which say nothing of why: a subject may well name spam.
_QUOTED_HEAD = re.compile(
    r"^[ \t>]{0,12}(?:subject|sent|to|cc|from|date|betreff|gesendet(?: am)?|an|von|"
    r"objet|envoy\S{1,4}(?: le)?|onderwerp|verzonden|aan|van|"
    r"the subject of the message is)[ \t]{0,4}:[^\n]{0,1000}\n?",
    re.IGNORECASE | re.MULTILINE,
)
_FAILED = re.compile(
    r"(?:could not|couldn.t|can ?not|can.t|was not|wasn.t|were not|unable to|"
    r"not able to|failed to|failure to|have not been|not been|"
    r"did not) (?:\w+ ){0,4}?(?:deliver\w*|reach\w*|sent|delivery)|"
    r"error (?:\w+ ){0,3}deliver\w*|undeliver\w*|un-?deliver\w*|(?:message|"
    r"mail) not delivered|deliver(?:y|ies)\b.{0,40}(?:fail\w*|error|impossible|"
    r"unsuccessful|aborted|problem)|(?:failed|failing) (?:address|recipient|"
    r"permanently)|permanent (?:fatal )?(?:error|failure)|fatal error|failure notice|"
    r"returned (?:mail|message|to sender|to you)|mail failure|non-?delivery|"
    r"this user doesn.t have|message you sent .{0,60}(?:reject|bounce)|"
    r"has been rejected|(?:pas|non|ne) (?:\w+ ){0,4}?(?:remis|delivre|distribu|"
    r"achemin|livre)\w*|echec de (?:la )?(?:remise|distribution|livraison)|"
    r"n.a (?:pas )?pu|impossible de|(?:niet|nicht) (?:\w+ ){0,5}?(?:bezorgd|"
    r"afgeleverd|zugestellt|ausgeliefert|besteld|geleverd|zugestellbar|zustellbar|"
    r"zustellen|bezorgen|afleveren)|onbestelbaar|unzustellbar|"
    r"zustellung .{0,30}(?:fehl|nicht)|(?:bezorging|aflevering) .{0,20}mislukt|"
    r"no se (?:ha )?pud|non e stato possibile|i.m afraid i wasn.t able"
)
_DELAYED = re.compile(
    r"\bdelay(?:ed)?\b|will (?:keep|continue|be retried|retry)|warning message only|"
    r"not yet been|has not yet|still (?:in the queue|trying|be retried)|"
    r"do not need to resend|need not resend|no action is required|wird weiter|"
    r"noch nicht (?:zugestellt|ausgeliefert)|verzoger|weitere zustellversuche|retarde|"
    r"differe|pas encore (?:ete|pu)|nouvelles? tentatives?|vertraag|"
    r"nog niet (?:\w+ ){0,2}(?:bezorgd|afgeleverd)|opnieuw (?:geprobeerd|proberen)"
)
_GIVEN_UP = re.compile(
    r"(?:given|giving|gave|and give) up|not going to try again|no further (?:attempt|"
    r"deliver)|permanent|will not (?:be retried|retry)|"
    r"could not be delivered for more than|too long in|in the queue too long|"
    r"has failed|have been unsuccessful for|message (?:has )?expired|endgultig|"
    r"aufgegeben|definitivement|abandon|definitief|opgegeven"
)
_SUBJECT = re.compile(
    r"undeliver|undelivr|delivery (?:status|fail\w*|problem|error|unsuccessful)|"
    r"failure notice|returned mail|returned to sender|mail delivery|"
    r"delivery notification|delivery has failed|mail system error|non-?remis|"
    r"non distribu|non delivr|echec de|notification d.etat|avis de non|onbestelbaar|"
    r"niet bezorgd|bezorging|aflevering|unzustellbar|nicht zugestellt|zustellung|"
    r"fehlgeschlagen|mail failure|nondeliverable|(?:message|mail) (?:could not|"
    r"not) (?:be )?deliver|rejected mail|warning: (?:message|could not)|"
    r"could not send|delivery delayed|delayed mail|differee?|verzogert|vertraagd|"
    r"bounce|user unknown|mailbox full"
)
_DAEMON = re.compile(
    r"(?:mailer-?daemon|mail-?daemon|post-?master|postmaster\w*|mdaemon|mmdf|"
    r"mailsystem|mail-?delivery|double-bounce|bounces?|bounce-\w+|"
    r"microsoftexchange\w*|delivery(?:-\w+)?|sysadmin|daemon|smtp|qmail|"
    r"mailerdaemon)@|mail delivery (?:sub)?system|mail(?:er)? daemon|mailer-daemon|"
    r"system ?administrator|administrateur syst\S{1,3}me|systeembeheerder|"
    r"internet mail delivery|postmaster|mail administrator|mail delivery|"
    r"delivery subsystem|mail system|mailsystem|mail deliver|message transfer|"
    r"microsoft outlook",
    re.IGNORECASE,
)


class Words(NamedTuple):
    """What a system says, and the head of the message it returns."""

    own: str
    returned: Headers


def part(parts: list[Part]) -> Words:
    """Return the words of a message: its first text, which HTML stands in for."""
    texts = [part for part in parts if part.type.startswith("text/") and part.body]
    texts = [part for part in texts if not part.is_enclosed_message]
    chosen = next((part for part in texts if part.type == "text/plain"), None)
    if chosen is None or not chosen.body.strip():
        chosen = texts[0] if texts else None
    return cut(chosen.text()) if chosen else Words("", Headers([]))


def cut(text: str) -> Words:
    """Part what a system says from what it returns."""
    found = _RETURNED.search(text)
    if found is None:
        return Words(text[:_LONGEST], Headers([]))
    rest = text[found.start() :][:_LONGEST]
    begins = _HEADER.search(rest)
    # What was quoted is read as if it were not.
    copied = re.sub(
        r"(?m)^[>| ]{1,4}(?=[A-Za-z])", "", rest[begins.start() :] if begins else ""
    )
    return Words(text[: found.start()][:_LONGEST], fields(copied.encode()))


def diagnosis(own: str) -> str:
    """Return the lines that say why: those around a reply, else those that say most."""
    own = _QUOTED_HEAD.sub("", own)
    paragraphs = [p for p in re.split(r"\n[ \t\r]*\n", own) if p.strip()][:40]
    for paragraph in paragraphs:
        if any(codes_in(paragraph)):
            return _from_the_reply(paragraph)
    telling = (p for p in paragraphs if said(p))
    return next(telling, own.strip())[:_PARAGRAPH].strip()


def _from_the_reply(paragraph: str) -> str:
    """Leave out the lines before the one that the reply begins on."""
    lines = paragraph.splitlines()
    begins = (number for number, line in enumerate(lines) if any(codes_in(line)))
    return "\n".join(lines[next(begins, 0) :])[:_PARAGRAPH].strip()


def says_failed(own: str) -> bool:
    """Whether words say that a message did not arrive."""
    return bool(_FAILED.search(folded(own)))


def says_delayed(own: str) -> bool:
    """Whether words say that a message is late, and nobody has given up yet."""
    plain = folded(own)
    return bool(_DELAYED.search(plain)) and not _GIVEN_UP.search(plain)


def names_failure(subject: str) -> bool:
    """Whether a subject is one that reports have."""
    return bool(_SUBJECT.search(folded(subject)))


def is_from_a_system(sender: str) -> bool:
    """Whether a From is one that reports have."""
    return bool(_DAEMON.search(sender[:400]))
