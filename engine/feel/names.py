"""Names of several words: ``monthly income``, ``date and time``, ``a-b``.

The grammar alone cannot tell ``a - b`` from the name ``a-b``; whoever compiles an
expression says which such names exist, and the longest one that fits wins.
"""

from collections.abc import Iterable, Sequence

from engine.feel.tokens import Kind, Token, tokenize


class KnownNames:
    """The names that consist of more than one token."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Make ``name`` known; names of one word need not be."""
        words = tuple(t.text for t in tokenize(name) if t.kind is not Kind.END)
        if len(words) > 1:
            known = self._by_first.setdefault(words[0], [])
            known.append((words, name))
            known.sort(key=lambda entry: -len(entry[0]))

    def copy(self) -> "KnownNames":
        """Return names that can grow without changing these."""
        twin = KnownNames()
        twin._by_first = {first: list(known) for first, known in self._by_first.items()}
        return twin

    def match(self, tokens: Sequence[Token], index: int) -> tuple[int, str]:
        """Return how many tokens at ``index`` form a known name, and the name."""
        for words, name in self._by_first.get(tokens[index].text, ()):
            piece = tokens[index : index + len(words)]
            if tuple(token.text for token in piece) == words and all(
                token.kind is not Kind.STRING for token in piece
            ):
                return len(words), name
        return 0, ""
