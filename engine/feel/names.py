"""Names of several words: ``monthly income``, ``date and time``, ``a-b``.

The grammar alone cannot tell ``a - b`` from the name ``a-b``; whoever compiles an
expression says which such names exist, and the longest one that fits wins.
"""

from collections.abc import Iterable, Sequence
from typing import Optional

from engine.feel.tokens import Kind, Token, tokenize


class Branch:
    """What may follow the words so far; ``name`` is set where a name may end."""

    __slots__ = ("name", "next")

    def __init__(self) -> None:
        self.name: str | None = None
        self.next: dict[str, Branch] = {}


class KnownNames:
    """The names that consist of more than one token, and those of ``base``."""

    def __init__(
        self, names: Iterable[str] = (), base: Optional["KnownNames"] = None
    ) -> None:
        self._root, self._base = Branch(), base
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Make ``name`` known; names of one word need not be."""
        words = [t.text for t in tokenize(name) if t.kind is not Kind.END]
        if len(words) < 2:  # noqa: PLR2004 - one word is a name anyway
            return
        branch = self._root
        for word in words:
            branch = branch.next.setdefault(word, Branch())
        branch.name = name

    def match(self, tokens: Sequence[Token], index: int) -> tuple[int, str]:
        """Return how many tokens at ``index`` form the longest known name, and it."""
        best = (0, "") if self._base is None else self._base.match(tokens, index)
        branch: Branch | None = self._root
        for length, token in enumerate(tokens[index : index + _LONGEST], 1):
            known = token.kind is not Kind.STRING
            branch = branch.next.get(token.text) if branch and known else None
            if branch is None:
                break
            if branch.name is not None and length > best[0]:
                best = length, branch.name
        return best


_LONGEST = 40
"""Words that a name may have."""
