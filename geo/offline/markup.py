"""A small tree of a page of ours, so that its addresses are changed as attributes, not as text.

The pages come from our own templates, in which every element is closed: a page in which one is
not is a fault of the software and is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser

_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)


@dataclass(eq=False)
class Element:
    """An element: attributes without a value have ``None``, text stands as it was written.

    Parameters
    ----------
    tag
        Its name; empty for the document itself.
    attributes
        Unescaped values.
    children
        Elements, and texts with their references as they were written.
    """

    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    children: list[Element | str] = field(default_factory=list)

    def get(self, name: str) -> str:
        """Return the value of an attribute; empty if it has none."""
        return self.attributes.get(name) or ""

    @property
    def classes(self) -> list[str]:
        """The names in its ``class``."""
        return self.get("class").split()

    def elements(self) -> Iterator[Element]:
        """Yield all elements inside, in the order of the page."""
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.elements()

    def find(self, matches: Callable[[Element], bool]) -> Element | None:
        """Return the first element inside that matches."""
        return next((one for one in self.elements() if matches(one)), None)

    def by_id(self, name: str) -> Element | None:
        """Return the element of that id."""
        return self.find(lambda one: one.get("id") == name)

    def remove(self, matches: Callable[[Element], bool]) -> None:
        """Take out every element that matches, with all that is in it."""
        self.children = [one for one in self.children if isinstance(one, str) or not matches(one)]
        for child in self.children:
            if isinstance(child, Element):
                child.remove(matches)

    def write(self) -> str:
        """Return it as HTML."""
        inside = "".join(one if isinstance(one, str) else one.write() for one in self.children)
        if not self.tag:
            return inside
        start = "".join(
            f" {name}" if value is None else f' {name}="{escape(value)}"'
            for name, value in self.attributes.items()
        )
        return f"<{self.tag}{start}>{'' if self.tag in _VOID else f'{inside}</{self.tag}>'}"


def parse(page: str) -> Element:
    """Return the document of a page.

    Raises
    ------
    ValueError
        If an element is not closed, or another one is.
    """
    reader = _Reader()
    reader.feed(page)
    reader.close()
    if len(reader.open) > 1:
        msg = f"<{reader.open[-1].tag}> is not closed"
        raise ValueError(msg)
    return reader.open[0]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open = [Element("")]

    def _add(self, child: Element | str) -> None:
        self.open[-1].children.append(child)

    def handle_decl(self, decl: str) -> None:
        self._add(f"<!{decl}>")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self._add(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._add(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1].tag != tag:
            msg = f"</{tag}> closes <{self.open[-1].tag}> in line {self.getpos()[0]}"
            raise ValueError(msg)
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self._add(data)

    def handle_entityref(self, name: str) -> None:
        self._add(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._add(f"&#{name};")
