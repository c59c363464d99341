"""A frozen edition and one reader in, the exact bytes of their message out (pure)."""

from newsletter.messages.compiled import Compiled
from newsletter.messages.frozen import Envelope, Reader
from newsletter.messages.headers import encoded_words, header, mailbox, phrase
from newsletter.messages.quoted import encode
from newsletter.messages.reading import part, part_head

__all__ = [
    "Compiled",
    "Envelope",
    "Reader",
    "encode",
    "encoded_words",
    "header",
    "mailbox",
    "part",
    "part_head",
    "phrase",
]
