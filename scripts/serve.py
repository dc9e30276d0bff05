"""Serve the product from the checkout, with sample data."""

import os
import sys

import environment
import islands
import rendering


def main(arguments: list[str]) -> None:
    """Set up what is missing and become ``fuwu serve --sample``."""
    environment.prepare(environment.RUNTIME)
    islands.prepare()
    rendering.prepare()
    fuwu = environment.program("fuwu")
    os.execv(fuwu, [fuwu, "serve", "--sample", *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
