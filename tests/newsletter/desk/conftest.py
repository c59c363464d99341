"""A site in two languages, as multilingual blogs are."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network

import pytest

from newsletter.config import Settings
from tests.newsletter.feeds import web
from tests.newsletter.feeds.web import Page, Site

HTML = {"Content-Type": "text/html; charset=utf-8"}
RSS = {"Content-Type": "application/rss+xml; charset=utf-8"}


@pytest.fixture
def site() -> Iterator[Site]:
    """A web server on loopback."""
    with web.site() as served:
        yield served


@pytest.fixture
def open_settings(settings: Settings) -> Settings:
    """Settings that allow to fetch from loopback."""
    return settings.model_copy(update={"fetch_allow": [ip_network("127.0.0.0/8")]})


@dataclass(frozen=True)
class Post:
    """A post of the site in one language, and where its twins are."""

    path: str
    language: str
    title: str
    summary: str = "Deux phrases qui disent de quoi il s’agit."
    twins: tuple[tuple[str, str], ...] = ()  # (hreflang, address)
    head: str = ""

    def page(self, site: Site) -> Page:
        """Its page, with everything a theme puts into a head."""
        links = "".join(
            f'<link rel="alternate" hreflang="{tag}" href="{url}" />'
            for tag, url in self.twins
        )
        html = (
            f'<!doctype html><html lang="{self.language}"><head>'
            f"<title>{self.title} - Les Amis du Ruisseau</title>{links}{self.head}"
            f'<meta property="og:title" content="{self.title}" />'
            f"<meta property='og:description' content='{self.summary}'>"
            '<meta property="og:site_name" content="Les Amis du Ruisseau"/>'
            f'<link rel="canonical" href="{site.url(self.path)}">'
            f"</head><body><h1>{self.title}</h1><p>{self.summary}</p></body></html>"
        )
        return Page(html.encode(), headers=HTML)


def feed(site: Site, language: str, posts: list[tuple[int, Post]]) -> Page:
    """The feed of one language: guids are no links, and there is no picture."""
    items = "".join(
        f"<item><title>{post.title}</title><link>{site.url(post.path)}</link>"
        f'<guid isPermaLink="false">{site.url()}?p={number}</guid>'
        "<pubDate>Tue, 24 Nov 2026 10:00:00 +0100</pubDate>"
        f"<description>{post.summary}</description>"
        '<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<![CDATA[<p>{post.summary}</p><p>Encore un paragraphe.</p>]]>"
        "</content:encoded></item>"
        for number, post in posts
    )
    rss = (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
        f"<title>Les Amis du Ruisseau</title><link>{site.url()}</link>"
        f"<language>{language}</language>{items}</channel></rss>"
    )
    return Page(rss.encode(), headers=RSS)
