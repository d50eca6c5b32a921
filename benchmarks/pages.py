"""Web pages made of known articles: the text and the furniture of each line are known, so extraction can be measured.

The articles are those of the question sets; the templates and all furniture in them are made up here, after what
pages of the web look like: menus, a path, buttons to share, notices of cookies, offers within and after the text,
headlines of other pages (real ones: the titles of other articles), comments and a form for them, and a foot.
"""

import gzip
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path


@dataclass(frozen=True)
class Article:
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """``lines`` are those of the page's text version, each with whether it is the article's own."""

    template: str
    html: str
    article: Article
    lines: tuple[tuple[str, bool], ...]


Piece = tuple[str, str, bool]  # a tag with its attributes, a text, whether it is the article's

MENU = ("Home", "World", "Politics", "Business", "Science", "Sport", "Culture", "Opinion", "Video", "Weather")
SHARE = ("Share on Facebook", "Tweet", "Share on WhatsApp", "Email this article", "Print", "Save for later")
COOKIES = (
    "We and our partners use cookies to personalise content and to measure how our site is used. "
    "Read our cookie policy to learn more, or manage your choices below.",
    "Accept all",
    "Reject all",
    "Manage preferences",
)
OFFERS = (
    "Sign up for our daily newsletter and get the stories that matter, every morning in your inbox.",
    "Subscribe now for unlimited access to all our articles.",
    "Support independent journalism: become a member today.",
)
NAMES = ("marta_k", "OldGeorge", "Reader 17", "J. Whitby", "anonymous", "Sven", "Priya R.", "cloudwatcher")
REMARKS = (
    "I have been saying this for years and nobody listened.",
    "Thanks for writing about it, I had not heard of that before.",
    "This is wrong in so many ways that I do not know where to begin.",
    "Could somebody explain what that means for the rest of us?",
    "Great article! I shared it with my class.",
    "The comments here are better than the piece itself.",
)
FOOT = (
    "About us", "Contact", "Careers", "Advertise with us", "Terms of use", "Privacy policy", "Cookie settings",
    "© 2023 Example Media Ltd. All rights reserved. Reproduction in whole or in part without permission is prohibited.",
)  # fmt: skip


def articles(folder: Path, *, least: int = 3) -> list[Article]:
    """Those of a question set that have a title and at least so many paragraphs."""
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    made = [
        Article(row["title"].strip(), tuple(" ".join(part.split()) for part in row["text"].split("\n") if part.strip()))
        for row in rows
        if row.get("title", "").strip()
    ]
    return [article for article in made if len([part for part in article.paragraphs if len(part) > 80]) >= least]


def pages(found: Sequence[Article], *, count: int, seed: int = 0) -> Iterator[Page]:
    """So many pages, the templates in turn; the same for the same seed."""
    chance = random.Random(seed)
    chosen = chance.sample(list(found), min(count, len(found)))
    names = list(TEMPLATES)
    for number, article in enumerate(chosen):
        others = [other.title for other in chance.sample(list(found), 9) if other is not article]
        name = names[number % len(names)]
        yield TEMPLATES[name](name, article, others, chance)


def _page(template: str, article: Article, head: str, pieces: Sequence[Piece | str]) -> Page:
    """Pieces are elements with a text, or markup without."""
    body, lines = [], []
    for piece in pieces:
        if isinstance(piece, str):
            body.append(piece)
            continue
        tag, text, own = piece
        name = tag.split()[0]
        body.append(f"<{tag}>{escape(text)}</{name}>" if name != "br" else f"{escape(text)}<br><br>")
        lines.append((text, own))
    html = f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{escape(article.title)}{head}</head>"
    return Page(template, f"{html}<body>{''.join(body)}</body></html>", article, tuple(lines))


def _comments(chance: random.Random) -> list[Piece | str]:
    pieces: list[Piece | str] = ["<div class='comments' id='comments'>", ("h3", "3 Comments", False)]
    for _ in range(3):
        name, remark = chance.choice(NAMES), chance.choice(REMARKS)
        pieces += ["<div class='comment'>", ("span class='author'", f"{name} says:", False), ("p", remark, False)]
        pieces += [("a href='#r'", "Reply", False), "</div>"]
    form = "Your email address will not be published. Required fields are marked *"
    return [*pieces, ("h3", "Leave a comment", False), ("p", form, False), "</div>"]


def news(name: str, article: Article, others: Sequence[str], chance: random.Random) -> Page:
    """An article in ``article``, with an offer and related links amid the text."""
    middle = len(article.paragraphs) // 2
    text: list[Piece | str] = [("h1", article.title, True), "<div class='share'>"]
    text += [("button", label, False) for label in SHARE[:4]]
    text.append("</div>")
    for number, paragraph in enumerate(article.paragraphs):
        if number == middle:
            text += ["<aside class='related'>", ("h4", "Related stories", False)]
            text += [("a href='/x'", title, False) for title in others[:2]]
            text += ["</aside>", "<div class='newsletter-signup'>", ("p", chance.choice(OFFERS), False), "</div>"]
        text.append(("p", paragraph, True))
    top: list[Piece | str] = ["<div id='cookie-banner' class='cookie-consent'>", ("p", COOKIES[0], False)]
    top += [("button", label, False) for label in COOKIES[1:]]
    top += ["</div><header><nav><ul>", *[(f"li class='m{n}'", label, False) for n, label in enumerate(MENU)]]
    end: list[Piece | str] = ["<section class='more'>", ("h2", "More from this section", False)]
    end += [("a href='/y'", title, False) for title in others[2:7]]
    foot: list[Piece | str] = ["<footer>", *[("p", label, False) for label in FOOT], "</footer>"]
    pieces = [*top, "</ul></nav></header><main><article>", *text, "</article>", *end, "</section></main>"]
    meta = " | Example News</title><meta property='og:site_name' content='Example News'>"
    return _page(name, article, meta, [*pieces, *_comments(chance), *foot])


def blog(name: str, article: Article, others: Sequence[str], chance: random.Random) -> Page:
    """A theme of a blog: ``div`` with classes, a column beside, buttons below, comments and their form."""
    pieces: list[Piece | str] = ["<div id='page'><div id='masthead'>", ("a href='/'", "A view from the hill", False)]
    pieces += [("a href='/about'", "About", False), ("a href='/archive'", "Archive", False), "</div><div id='content'>"]
    pieces += ["<div class='post hentry'>", ("h2 class='entry-title'", article.title, True)]
    pieces += [("div class='entry-meta'", "Posted on May 3, 2023 by admin", False), "<div class='entry-content'>"]
    pieces += [("p", paragraph, True) for paragraph in article.paragraphs]
    pieces += ["</div><div class='sharedaddy'>", ("h3", "Share this:", False)]
    pieces += [("a href='#'", label, False) for label in SHARE]
    pieces += ["</div><div class='nav-previous'>", ("a href='/p'", f"← {others[0]}", False), "</div>"]
    pieces += [*_comments(chance), "</div></div><div id='secondary' class='sidebar'>", ("h3", "Recent Posts", False)]
    pieces += [("li", title, False) for title in others[1:6]]
    pieces += [("h3", "Archives", False), *[("li", f"{month} 2023", False) for month in ("May", "April", "March")]]
    pieces += ["</div><div id='colophon'>", ("p", "Proudly powered by ExamplePress.", False), "</div></div>"]
    return _page(name, article, " – A view from the hill</title>", pieces)


def manual(name: str, article: Article, others: Sequence[str], chance: random.Random) -> Page:
    """Documentation: a list of contents beside, headings, a list and a table within the text."""
    pieces: list[Piece | str] = ["<div class='sphinxsidebar'>", ("h4", "Contents", False)]
    pieces += [("li", title, False) for title in others[:8]]
    pieces += ["</div><div class='document'><div class='body' role='main'><section>", ("h1", article.title, True)]
    for number, paragraph in enumerate(article.paragraphs):
        if number % 3 == 2:
            pieces.append(("h2", f"{number // 3 + 1}. {' '.join(paragraph.split()[:4]).strip(',.')}", True))
        pieces.append(("p", paragraph, True))
    items = [chance.choice(article.paragraphs).split(". ")[0] for _ in range(3)]
    pieces += ["<ul>", *[("li", f"{number}: {item[:90]}", True) for number, item in enumerate(items)], "</ul>"]
    pieces += ["</section></div></div><div class='footer'>", ("a href='/n'", f"next: {others[8 % len(others)]}", False)]
    pieces += [("p", "Last updated on May 3, 2023. Created using Example 5.0.", False), "</div>"]
    return _page(name, article, " — Example manual</title>", pieces)


def soup(name: str, article: Article, others: Sequence[str], _: random.Random) -> Page:
    """Old or built by a program: nothing but ``div`` and ``td`` with names that say nothing, breaks for paragraphs."""
    pieces: list[Piece | str] = ["<table><tr><td class='a1'>", *[("a href='/'", label, False) for label in MENU[:7]]]
    pieces += ["</td></tr><tr><td class='a2'>", ("b", article.title, True), "<br><br>"]
    pieces += [("br", paragraph, True) for paragraph in article.paragraphs]
    pieces += ["</td><td class='a3'>", *[("a href='/z'", title, False) for title in others[:6]]]
    pieces += ["</td></tr><tr><td class='a4'>", *[("span", label, False) for label in FOOT], "</td></tr></table>"]
    return _page(name, article, "</title>", pieces)


def modern(name: str, article: Article, others: Sequence[str], chance: random.Random) -> Page:
    """Built by a framework: random class names, paragraphs as ``div``, cards of other pages, a banner at the end."""
    key = f"{chance.randrange(16**6):06x}"
    pieces: list[Piece | str] = [f"<div id='root'><div class='css-{key}'>", *[("span", x, False) for x in MENU[:5]]]
    pieces += [f"</div><div class='css-{key[::-1]}'>", ("h1", article.title, True), ("div", "5 min read", False)]
    for number, paragraph in enumerate(article.paragraphs):
        pieces.append((f"div class='css-p{key[:3]}'", paragraph, True))
        if number == 1:
            pieces.append(("div class='css-ad'", "Advertisement", False))
    pieces += ["</div><div>", ("div", "You may also like", False)]
    for title in others[:6]:
        pieces += ["<div class='card'>", ("a href='/c'", title, False), ("div", "3 min read", False), "</div>"]
    pieces += ["</div><div role='dialog'>", ("div", COOKIES[0], False), *[("button", x, False) for x in COOKIES[1:]]]
    return _page(name, article, " · Example</title>", [*pieces, "</div></div>"])


TEMPLATES = {each.__name__: each for each in (news, blog, manual, soup, modern)}
