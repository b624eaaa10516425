"""No DAG: shows in Airflow what is wrong with Meltano's configuration, as an import error.

It is a file of its own so that the DAGs stay.
"""

from meltano_project import kept

if error := kept().error:
    raise ValueError(error)
