"""pytest in a plugin's environment, which has none: what a plugin has itself is its own.

VENV/bin/python tests/run_in.py …/site-packages of `.venv` [pytest's arguments]
"""

import sys

sys.path[0] = ""  # the folder in which it is started, not that of this file
sys.path.append(sys.argv.pop(1))

import pytest  # noqa: E402

sys.exit(pytest.main())
