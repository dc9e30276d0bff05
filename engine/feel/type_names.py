"""Parsing the names of types."""

from engine.feel import tree
from engine.feel.cursor import Cursor


class TypeParser(Cursor):
    """Takes types."""

    def type_name(self) -> tree.TypeName:
        """Take a type: ``number``, ``list<number>``, ``context<a: number>``."""
        self.enter()
        name = self._type_words()
        if not self.accept("<"):
            node = tree.TypeName(name)
        elif name == "context":
            node = tree.TypeName(name, fields=self._type_fields())
        elif name == "function":
            parameters = self._type_parameters()
            self.expect("->")
            node = tree.TypeName(name, self.type_name(), parameters)
        else:
            node = tree.TypeName(name, self.type_name())
            self.expect(">")
        self.leave()
        return node

    def _type_words(self) -> str:
        words = [self.name()]
        while self.accept("."):
            words.append(self.name())
        return ".".join(words)

    def _type_fields(self) -> tuple[tuple[str, tree.TypeName], ...]:
        fields: list[tuple[str, tree.TypeName]] = []
        while not self.accept(">"):
            if fields:
                self.expect(",")
            name = self.name_until(":")
            self.expect(":")
            fields.append((name, self.type_name()))
        return tuple(fields)

    def _type_parameters(self) -> tuple[tuple[str, tree.TypeName], ...]:
        types: list[tuple[str, tree.TypeName]] = []
        while not self.accept(">"):
            if types:
                self.expect(",")
            types.append(("", self.type_name()))
        return tuple(types)
