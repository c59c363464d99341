"""Rules of list mail: RFC 2369, 2919, 8058, 3834, 9477 and 5064, H18 to H25."""

import re
from collections.abc import Iterator

from newsletter.messages.lint.anatomy import Anatomy
from newsletter.messages.lint.mime import is_safe
from newsletter.messages.lint.rules import rule

_LIST_FIELDS = (
    *("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Help"),
    *("List-Owner", "List-Post", "List-Archive", "List-Subscribe"),
)
_URIS = re.compile(r"<[a-z]+:[!-~]+>(, *<[a-z]+:[!-~]+>)*")
_LIST_ID = re.compile(r"(?:.* )?<[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+>")
_FEEDBACK = re.compile(r"(?:[^:\s]*:){0,3}[A-Za-z0-9_-]{5,15}")
_OUR_OWN = (
    *("X-Mailer", "Errors-To", "X-Priority", "Importance"),
    *("Disposition-Notification-To", "X-Campaign-UUID", "X-Subscriber-UUID"),
)


@rule("H18")
def addresses(message: Anatomy) -> Iterator[str]:
    """RFC 2369 §2: each field once, its value addresses in angle brackets."""
    for name in _LIST_FIELDS:
        if len(message.all(name)) > 1:
            yield f"{name} stands more than once"
    for name in ("List-Unsubscribe", "List-Help", "List-Owner"):
        value = message.get(name)
        if value and not _URIS.fullmatch(value):
            yield f"{name} is no list of addresses"
    if message.get("List-Post") not in {"", "NO"}:
        yield "List-Post invites to write to everybody"


@rule("H19")
def list_id(message: Anatomy) -> Iterator[str]:
    """RFC 2919 §3."""
    value = message.get("List-Id")
    identifier = value.rpartition("<")[2]
    if not _LIST_ID.fullmatch(value) or len(identifier) > 255:
        yield "List-Id is not `words <label.domain>`"
    elif message.reader and message.reader.partition("@")[0] in identifier.split("."):
        yield "List-Id tells who the reader is"


@rule("H20")
def one_click(message: Anatomy) -> Iterator[str]:
    """RFC 8058 §3.1 and §4."""
    value = message.get("List-Unsubscribe")
    web = re.findall(r"<(https?:[^>]*)>", value)
    if len(web) != 1 or not is_safe(web[0]):
        yield "List-Unsubscribe does not hold exactly one https address"
    elif len(web[0].rpartition("/")[2]) < 20:
        yield "List-Unsubscribe could be guessed"
    if message.get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click":
        yield "List-Unsubscribe-Post is not List-Unsubscribe=One-Click"
    for signature in message.all("DKIM-Signature"):
        signed = _signed(signature)
        if not {"list-unsubscribe", "list-unsubscribe-post"} <= signed:
            yield "a signature does not cover the way out"


@rule("H21")
def feedback_id(message: Anatomy) -> Iterator[str]:
    """Google's: at most four fields, none of them about the reader."""
    value = message.get("Feedback-ID")
    fields = value.split(":")
    if value and not _FEEDBACK.fullmatch(value):
        yield "Feedback-ID has not the form a:b:c:sender"
    if len(set(fields)) != len(fields):
        yield "Feedback-ID says the same twice"
    names = {message.reader, message.reader.partition("@")[0]} - {""}
    if names & set(value.lower().split(":")):
        yield "Feedback-ID tells who the reader is"


@rule("H22")
def feedback_loop(message: Anatomy) -> Iterator[str]:
    """RFC 9477 §3."""
    address, id_ = message.get("CFBL-Address"), message.get("CFBL-Feedback-ID")
    if address and not re.fullmatch(r"\S+@\S+; report=(arf|xarf)", address):
        yield "CFBL-Address is not `address; report=arf`"
    if id_ and not address:
        yield "CFBL-Feedback-ID stands without CFBL-Address"
    if address and message.reader in id_.lower():
        yield "CFBL-Feedback-ID tells who the reader is"


@rule("H23")
def bulk(message: Anatomy) -> Iterator[str]:
    """RFC 3834 §2: responders do not answer it; a person wrote it."""
    if message.get("Precedence") != "bulk":
        yield "Precedence is not bulk"
    if message.get("Auto-Submitted") not in {"", "no"}:
        yield "Auto-Submitted says that nobody wrote it"


@rule("H24")
def no_answers(message: Anatomy) -> Iterator[str]:
    """MS-OXCMAIL: "All" would also stop the failure reports that we need."""
    asked = {w.strip() for w in message.get("X-Auto-Response-Suppress").split(",")}
    if asked - {"OOF", "AutoReply", "RN", "NRN"}:
        yield "X-Auto-Response-Suppress stops more than answers"


@rule("H25")
def archived_at(message: Anatomy) -> Iterator[str]:
    """RFC 5064: everybody's page, so nobody's token."""
    values = message.all("Archived-At")
    token = message.way_out.rpartition("/")[2]
    for value in values:
        if not re.fullmatch(r"<[!-~]+>", value) or not is_safe(value.strip("<>")):
            yield "Archived-At is not an https address in angle brackets"
        if token and token in value:
            yield "Archived-At holds the reader's token"
    if len(values) > 1:
        yield "Archived-At stands more than once"


@rule("H27")
def nothing_more(message: Anatomy) -> Iterator[str]:
    """Fields that help nobody, or tell who the reader is."""
    for name in _OUR_OWN:
        if message.all(name):
            yield f"{name} has no place in a letter"


def _signed(signature: str) -> set[str]:
    found = re.search(r"(?:^|;)\s*h=([^;]*)", signature)
    names = found[1] if found else ""
    return {name.strip().lower() for name in names.split(":")}


RULES = (
    addresses,
    list_id,
    one_click,
    feedback_id,
    feedback_loop,
    bulk,
    no_answers,
    archived_at,
    nothing_more,
)
