"""What search engines are told of a letter: JSON-LD in the words of schema.org (pure).

A block of data in a page, which no browser runs and no content policy minds; yet it
stands in HTML, so nothing in it may end it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

_ESCAPES = str.maketrans(
    {
        "<": "\\u003c",
        ">": "\\u003e",
        "&": "\\u0026",
        "\u2028": "\\u2028",
        "\u2029": "\\u2029",
    }
)


@dataclass(frozen=True)
class News:
    """A letter as an article of the press."""

    url: str
    title: str
    description: str
    language: str
    publisher: str
    home: str  # the archive's address
    home_name: str
    images: tuple[str, ...]
    published_at: datetime
    changed_at: datetime
    facts: Sequence[Mapping[str, Any]] = ()  # of its events, see Edition.facts


def data(news: News) -> Markup:
    """Return the graph of a letter, safe inside <script type="application/ld+json">."""
    graph = [_article(news), _crumbs(news), *(dict(each) for each in news.facts)]
    text = json.dumps(
        {"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False
    )
    return Markup(text.translate(_ESCAPES))  # noqa: S704  # escaped just here


def _article(news: News) -> dict[str, Any]:
    publisher = {"@type": "Organization", "name": news.publisher, "url": news.home}
    article = {
        "@type": "NewsArticle",
        "@id": news.url,
        "mainEntityOfPage": news.url,
        "headline": news.title,
        "description": news.description,
        "inLanguage": news.language,
        "datePublished": news.published_at.isoformat(),
        "dateModified": news.changed_at.isoformat(),
        "image": list(news.images),
        "author": publisher,
        "publisher": publisher,
        "isAccessibleForFree": True,
    }
    return {name: value for name, value in article.items() if value}


def _crumbs(news: News) -> dict[str, Any]:
    steps = ((news.home_name, news.home), (news.title, news.url))
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": url}
            for number, (name, url) in enumerate(steps, start=1)
        ],
    }
