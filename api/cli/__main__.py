"""``python -m api.cli``: the command, where it is not installed."""

import sys

from api.cli import main

sys.exit(main())
