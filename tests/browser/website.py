"""A website on loopback as a multilingual WordPress has one: a feed, and its pages."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TITLES = (
    "La passerelle rouvre",
    "Cent arbres de plus",
    "Le budget est voté",
    "La piscine en travaux",
    "Le marché du samedi",
    "Un nouveau parc",
)


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        host = f"http://{self.headers['Host']}"
        is_feed = self.path == "/feed/"
        page = _feed(host) if is_feed else _article(host, self.path)
        kind = "application/rss+xml" if is_feed else "text/html"
        body = page.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name
        """Say nothing."""


def _feed(host: str) -> str:
    entries = "".join(_entry(host, at, title) for at, title in enumerate(TITLES))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content='
        '"http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Commune</title><link>{host}/fr/</link><description>Nouvelles"
        f"</description><language>fr-BE</language>{entries}</channel></rss>"
    )


def _entry(host: str, at: int, title: str) -> str:
    body = f"<p>{title} : le conseil l’annonce ce mois-ci.</p><p>Venez nombreux.</p>"
    return (
        f"<item><title>{title}</title><link>{host}/fr/{at}/</link>"
        f'<guid isPermaLink="false">{host}/?p={at}</guid>'
        f"<pubDate>Mon, 0{at + 1} Jun 2026 09:00:00 +0200</pubDate>"
        f"<description>{title}.</description>"
        f"<content:encoded><![CDATA[{body}]]></content:encoded></item>"
    )


def _article(host: str, path: str) -> str:
    there = path.replace("/fr/", "/nl/")
    return (
        f'<!doctype html><html lang="fr"><head><title>{path}</title>'
        f'<link rel="alternate" hreflang="nl" href="{host}{there}">'
        f'<link rel="alternate" hreflang="fr" href="{host}{path}">'
        "</head><body><article><p>Le conseil l’annonce.</p></article></body></html>"
    )


@contextmanager
def serving() -> Iterator[str]:
    """Serve the website for the block; its address is yielded."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
