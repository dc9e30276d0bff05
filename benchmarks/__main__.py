"""``python -m benchmarks``: all figures with one command."""

import sys

from benchmarks.run import main

if __name__ == "__main__":
    sys.exit(main())
