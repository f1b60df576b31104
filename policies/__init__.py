"""The policy packs that ship with the program, one TOML file each, and its retention table.

`domain.policy` says what packs hold, `domain.retention_rules` what the table does.
"""

from functools import cache
from importlib.resources import files

_ENDING = ".toml"
_RETENTION = "retention"


def shipped() -> tuple[str, ...]:
    """The names of the packs that ship with the program, in alphabetical order."""
    names = (entry.name.removesuffix(_ENDING) for entry in files(__name__).iterdir() if entry.name.endswith(_ENDING))
    return tuple(sorted(name for name in names if name != _RETENTION))


def content(name: str) -> str:
    """The text of a shipped pack, exactly as it stands in its file; raises KeyError for a name that is not shipped."""
    if name not in shipped():
        raise KeyError(name)
    return _text(name)


@cache
def retention_table() -> str:
    """The text of the retention table that is in force where a trust has adopted none."""
    return _text(_RETENTION)


def _text(name: str) -> str:
    return files(__name__).joinpath(name + _ENDING).read_bytes().decode()
