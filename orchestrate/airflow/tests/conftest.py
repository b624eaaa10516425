"""The environment that Meltano gives to Airflow, without Meltano and without Airflow."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "plugins"))
os.environ["MELTANO_PROJECT_ROOT"] = str(HERE.parents[2])
os.environ["MELTANO_ENVIRONMENT"] = "local"
os.environ["AIRFLOW__API__BASE_URL"] = "http://127.0.0.1:8080"
os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="airflow-")
