"""Several files as one zip, in folders, under names that every system can unpack and a person can read."""

import re
import zipfile
from collections.abc import Iterable
from io import BytesIO

from lifecycle.errors import Unmet

# What Windows refuses in a name, and what no name needs.
UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200e\u200f\u202a-\u202e\u2066-\u2069]')
LONGEST = 80
MEGABYTE = 1024 * 1024
MAX_SIZE = 300 * MEGABYTE
STAMP = (1980, 1, 1, 0, 0, 0)  # the same papers make the same file


def safe_name(name: str) -> str:
    """Return `name` as a file or folder may be called everywhere; its ending is kept when it is cut."""
    plain = " ".join(UNSAFE.sub(" ", name).split()).strip(". ")
    stem, _, ending = plain.rpartition(".")
    if stem and len(ending) <= 5:
        return f"{stem[: LONGEST - len(ending) - 1].strip('. ')}.{ending}"
    return plain[:LONGEST].strip(". ") or "未命名"


class Bundle:
    """A zip under construction: `add` files, then take its `content`. limit: bytes it may grow to."""

    def __init__(self, limit: int = MAX_SIZE) -> None:
        self._limit = limit
        self._stream = BytesIO()
        self._zip = zipfile.ZipFile(self._stream, "w", zipfile.ZIP_DEFLATED)
        self._names: set[str] = set()

    def add(self, folder: str, name: str, content: bytes) -> str:
        """Store `content` and return the path it got; one that is taken is numbered (2), (3)…

        Raises Unmet once the zip has grown past its limit: it is made in memory.
        """
        folder, name = safe_name(folder), safe_name(name)
        path, number = f"{folder}/{name}", 1
        while path.casefold() in self._names:
            number += 1
            stem, dot, ending = name.rpartition(".")
            path = f"{folder}/{stem or name}({number}){dot}{ending if dot else ''}"
        self._names.add(path.casefold())
        entry = zipfile.ZipInfo(path, STAMP)
        entry.compress_type = zipfile.ZIP_DEFLATED
        self._zip.writestr(entry, content)
        if self._stream.tell() > self._limit:
            raise Unmet([f"所选文件合计超过 {self._limit // MEGABYTE} MB，请分几次打包"])
        return path

    def add_all(self, folder: str, papers: Iterable[tuple[str, bytes]]) -> int:
        """Store every (name, content) in `folder` and return how many there were."""
        return sum(1 for name, content in papers if self.add(folder, name, content))

    def content(self) -> bytes:
        """Return the finished zip; nothing can be added afterwards."""
        self._zip.close()
        return self._stream.getvalue()
