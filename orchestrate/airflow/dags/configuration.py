"""No DAG: shows in Airflow what is wrong with Meltano's configuration, as an import error.

It is a file of its own so that the DAGs of the last good configuration stay.
"""

from meltano_project import kept

if error := kept().error:
    raise ValueError(f"Meltano's configuration is broken; the last good one runs. {error}")
