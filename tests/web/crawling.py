"""Follow every link of the public pages, as a search engine would, and read what is there."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

from flask.testing import FlaskClient

HOST = "http://localhost"
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


@dataclass
class Read(HTMLParser):
    """What a page says, without its markup."""

    links: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    lang: str | None = None
    description: str | None = None
    title: str = ""
    main: str = ""
    text: str = ""
    empty: list[str] = field(default_factory=list)
    """What stands where a page has nothing to list."""
    inline: list[str] = field(default_factory=list)
    """What would run by itself: handlers in attributes, scripts and styles in the page."""

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID:
            self._open.append((tag, given))
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "html":
            self.lang = given.get("lang")
        if tag == "meta" and given.get("name") == "description":
            self.description = given.get("content")
        if tag == "h1":
            self.headings.append("")
        if "empty" in (given.get("class") or "").split():
            self.empty.append("")
        self.inline += [f"{tag} {name}" for name in given if name == "style" or name[:2] == "on"]
        data = given.get("type") in ("application/json", "application/ld+json")
        if tag == "style" or (tag == "script" and not data and "src" not in given):
            self.inline.append(tag)
        self.links += [str(given[name]) for name in ("href", "src") if given.get(name)]

    def handle_endtag(self, tag: str) -> None:
        names = [name for name, _ in self._open]
        if tag in names:
            del self._open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        inside = {name for name, _ in self._open}
        if inside & {"script", "style"}:
            return
        self.text += data
        if "title" in inside and "svg" not in inside:
            self.title += data
        if "main" in inside:
            self.main += data
        if "h1" in inside:
            self.headings[-1] += data
        if any("empty" in (a.get("class") or "").split() for _, a in self._open):
            self.empty[-1] += data


def read_page(html: str) -> Read:
    """Return what an HTML page says."""
    page = Read()
    page.feed(html)
    return page


@dataclass(frozen=True)
class Seen:
    """One address that was followed, and from where."""

    path: str
    source: str
    status: int
    kind: str
    text: str
    page: Read | None


def crawl(
    client: FlaskClient, starts: list[str], *, lang: str, follow: Callable[[str], bool]
) -> Iterator[Seen]:
    """Yield the answer of every address of ours that the pages lead to in one language.

    Parameters
    ----------
    starts
        Where to begin, without ``lang``.
    follow
        Whether an address is followed at all: some lead to ever more of the same.
    """
    source = {with_language(path, lang): "" for path in starts}
    todo = deque(source)
    while todo:
        path = todo.popleft()
        answer = client.get(path, buffered=True)  # closes the file behind a download
        is_page = answer.content_type.startswith("text/html")
        text = answer.data.decode("utf-8", "replace")
        page = read_page(text) if is_page else None
        yield Seen(path, source[path], answer.status_code, answer.content_type, text, page)
        for link in page.links if page else ():
            target = own_path(path, link)
            if target and target not in source and is_in(target, lang) and follow(target):
                source[target] = path
                todo.append(target)


def own_path(page: str, link: str) -> str:
    """Return path and query of a link if it leads to this server, else nothing."""
    parts = urlsplit(urljoin(HOST + page, link))
    if f"{parts.scheme}://{parts.netloc}" != HOST:
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def is_in(path: str, lang: str) -> bool:
    """Whether an address leads to a page in a language, or to a file, which has none."""
    parts = urlsplit(path)
    if parts.path.startswith(("/assets/", "/layers/", "/downloads/")):
        return True
    return parse_qs(parts.query).get("lang", ["zh"]) == [lang]


def with_language(path: str, lang: str) -> str:
    """Return an address in a language; Chinese is the one that is not named."""
    return path if lang == "zh" else f"{path}{'&' if '?' in path else '?'}lang={lang}"
