"""Write the next migration from the difference between the migrations so far and the tables.

Usage: python tools/new_migration.py "Say what changes". Then read the file, and say in its docstring why.
"""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory

from visa.store import migrate
from visa.store.session import open_engine


def main(message: str) -> None:
    config = migrate.config()
    number = sum(1 for _ in ScriptDirectory.from_config(config).walk_revisions()) + 1
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'scratch.db'}")
        migrate.upgrade(engine)
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            script = command.revision(config, message=message, autogenerate=True, rev_id=f"{number:04d}")
        engine.dispose()
    print(script.path if script and not isinstance(script, list) else script)


if __name__ == "__main__":
    main(sys.argv[1])
