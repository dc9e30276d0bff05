"""Reading drawn forms as a browser would."""

from html.parser import HTMLParser

from typing_extensions import override

VOID = {"input", "br", "meta", "link", "img"}


class Element:
    """An element with its attributes, children and text."""

    def __init__(self, tag, attributes, parent):
        self.tag, self.attributes, self.parent = tag, attributes, parent
        self.children = []
        self.words = []

    def all(self, tag=None, **wanted):
        """Return the descendants with this tag and these attributes."""
        found = []
        for child in self.children:
            if (tag is None or child.tag == tag) and all(
                child.attributes.get(name) == value for name, value in wanted.items()
            ):
                found.append(child)
            found += child.all(tag, **wanted)
        return found

    def one(self, tag=None, **wanted):
        """Return the only such descendant."""
        (found,) = self.all(tag, **wanted)
        return found

    @property
    def text(self):
        """Return all text inside, spaces put together."""
        parts = [each if isinstance(each, str) else each.text for each in self.words]
        return " ".join(" ".join(parts).split())


class Page(HTMLParser):
    """Builds the tree; a tag closed out of turn is an error."""

    def __init__(self):
        super().__init__()
        self.root = self.here = Element("root", {}, None)

    @override
    def handle_starttag(self, tag, attrs):
        element = Element(tag, dict(attrs), self.here)
        self.here.children.append(element)
        self.here.words.append(element)
        if tag not in VOID:
            self.here = element

    @override
    def handle_endtag(self, tag):
        if tag in VOID or (tag in {"p", "li", "option"} and self.here.tag != tag):
            return
        assert tag == self.here.tag, f"</{tag}> closes <{self.here.tag}>"
        self.here = self.here.parent

    @override
    def handle_data(self, data):
        self.here.words.append(data)


def read(html):
    """Return the root of the tree."""
    page = Page()
    page.feed(html)
    page.close()
    assert page.here is page.root, f"<{page.here.tag}> is never closed"
    return page.root


def posted(root):
    """Return the pairs that a browser would send, without pressing a button."""
    pairs = []
    for element in root.all():
        name, value = element.attributes.get("name"), element.attributes.get("value")
        if not name:
            continue
        if element.tag == "input":
            kind = element.attributes.get("type", "text")
            checked = "checked" in element.attributes
            if kind not in {"radio", "checkbox", "file"} or (
                checked and kind != "file"
            ):
                pairs.append((name, value or ""))
        elif element.tag == "textarea":
            text = "".join(element.words)
            pairs.append((name, text.removeprefix("\n")))
        elif element.tag == "select":
            chosen = [
                option.attributes.get("value", "")
                for option in element.all("option")
                if "selected" in option.attributes
            ]
            pairs.append((name, chosen[-1] if chosen else ""))
    return pairs
