"""Our store of pictures and documents: checked, stripped, kept under their hash."""

from newsletter.media.bringing import Brought, bring
from newsletter.media.pictures import (
    MAX_BYTES,
    NARROW,
    Encoded,
    Picture,
    digest,
    encode,
    narrower,
)
from newsletter.media.store import (
    find,
    keep,
    keep_narrower,
    narrow_sizes,
    path_of,
    store,
    unsized,
)

__all__ = [
    "MAX_BYTES",
    "NARROW",
    "Brought",
    "Encoded",
    "Picture",
    "bring",
    "digest",
    "encode",
    "find",
    "keep",
    "keep_narrower",
    "narrow_sizes",
    "narrower",
    "path_of",
    "store",
    "unsized",
]
