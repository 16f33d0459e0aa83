"""PostgreSQL as part of the program: found, initialised, started and stopped by Kehu itself.

For one machine (`kehu up`, the demo, the tests). In production the services are given DSNs.
"""

from shared.embedded.errors import EmbeddedPostgresError
from shared.embedded.folders import default_data_dir
from shared.embedded.postgres import EmbeddedPostgres, PostgresServer

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresError", "PostgresServer", "default_data_dir"]
