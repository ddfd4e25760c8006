"""Reading answers as a person reads a page, and a client that checks what every answer must be."""

from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient

from models import Role
from tests.builders import PASSWORD, a_user

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Node:
    """An element: tag, attrs, children, text."""

    def __init__(self, tag: str, attrs: dict[str, str]) -> None:
        self.tag, self.attrs, self.children, self.parts = tag, attrs, [], []

    @property
    def text(self) -> str:
        return " ".join("".join(self.parts).split())

    def all(self, tag: str = "", **wanted: str) -> list["Node"]:
        """Return every element below with this tag and these attributes (class_: one of its classes)."""
        return [node for node in self._below() if _fits(node, tag, wanted)]

    def one(self, tag: str = "", **wanted: str) -> "Node":
        nodes = self.all(tag, **wanted)
        assert len(nodes) == 1, f"{len(nodes)} of <{tag} {wanted}> in: {self.text[:400]}"
        return nodes[0]

    def _below(self) -> list["Node"]:
        return [n for child in self.children for n in (child, *child._below())]


def _fits(node: Node, tag: str, wanted: dict[str, str]) -> bool:
    if tag and node.tag != tag:
        return False
    for name, value in wanted.items():
        if name == "class_":
            if value not in node.attrs.get("class", "").split():
                return False
        elif node.attrs.get(name.rstrip("_").replace("_", "-")) != value:
            return False
    return True


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {k: v or "" for k, v in attrs})
        if self.open[-1].tag != "template":  # what a template holds is not on the page
            self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        while len(self.open) > 1 and tag in [n.tag for n in self.open]:
            if self.open.pop().tag == tag:
                break

    def handle_data(self, data: str) -> None:
        if {"script", "style", "template"} & {node.tag for node in self.open}:
            return
        for node in self.open:
            node.parts.append(data)


class Page(Node):
    """A parsed answer."""

    def __init__(self, html: str) -> None:
        super().__init__("", {})
        reader = _Reader()
        reader.feed(html)
        self.children, self.parts, self.html = reader.root.children, reader.root.parts, html

    @property
    def roots(self) -> list[Node]:
        return self.children


class Browser:
    """A logged-in client without JavaScript; `swap` asks as htmx does."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, url: str, status: int = 200, **kwargs: Any) -> Page:
        return self._read(self.client.get(url, **kwargs), status)

    def post(self, url: str, status: int = 302, **kwargs: Any) -> Page:
        return self._read(self.client.post(url, **kwargs), status)

    def put(self, url: str, status: int = 302, **kwargs: Any) -> Page:
        return self._read(self.client.put(url, **kwargs), status)

    def swap(self, method: str, url: str, status: int = 200, **kwargs: Any) -> Page:
        """Ask as htmx does; the main part of the answer is one root with an id (out-of-band ones besides)."""
        page = getattr(self, method)(url, status=status, headers={"HX-Request": "true"}, **kwargs)
        main = [root for root in page.roots if "hx-swap-oob" not in root.attrs]
        assert [bool(root.attrs.get("id")) for root in main] == [True], "one root, with an id"
        return page

    def _read(self, answer: Any, status: int) -> Page:
        text = answer.get_data(as_text=True) if answer.mimetype.startswith("text/") else ""
        assert answer.status_code == status, (
            f"{answer.status_code} {answer.headers.get('Location', '')} {Page(text).text[:600]}"
        )
        assert "HX-Request" in answer.headers.get("Vary", ""), "Vary: HX-Request"
        page = Page(text)
        page.location = answer.headers.get("Location", "")
        page.headers = answer.headers
        page.data = answer.data
        return page


def log_in(client: FlaskClient, *roles: str, **kwargs: Any) -> Browser:
    """Log a user with `roles` in through the real form and return the client as a browser."""
    user = a_user(*(roles or (Role.CLERK,)), **kwargs)
    answer = client.post("/log-in", data={"username": user.username, "password": PASSWORD})
    assert answer.status_code == 302, Page(answer.get_data(as_text=True)).text[:400]
    return Browser(client)
