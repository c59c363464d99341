"""The clean body of an item: ten tags, safe links, nothing else."""

import nh3

from newsletter.items import blocks, links, tree


def read(html: str, *, base: str = "") -> tuple[blocks.Block, ...]:
    """Return the blocks of `html` from anywhere; raises BadText when it is too much."""
    return blocks.from_tree(tree.parse(html), base=base)


def clean_body(html: str, *, base: str = "") -> str:
    """Return `html` as a body may be stored; raises BadText when it is too much.

    Only p h4 ul ol li blockquote br strong em a are left. Headings become h4, b and
    i become strong and em, other containers become paragraphs, and links are http,
    https or mailto, absolute against `base`.
    """
    return finish(read(html, base=base))


def finish(row: tuple[blocks.Block, ...]) -> str:
    """Return blocks as a body; the sanitiser has the last word on what is safe."""
    return nh3.clean(
        blocks.to_html(row),
        tags=set(blocks.BODY_TAGS),
        attributes={"a": {"href"}},
        url_schemes=set(links.SCHEMES),
        link_rel=None,
    )
