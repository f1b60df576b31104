"""The policy packs that ship with the program, one TOML file each; `domain.policy` says what they hold."""

from importlib.resources import files

_ENDING = ".toml"


def shipped() -> tuple[str, ...]:
    """The names of the packs that ship with the program, in alphabetical order."""
    names = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(_ENDING) for name in names if name.endswith(_ENDING)))


def content(name: str) -> str:
    """The text of a shipped pack, exactly as it stands in its file; raises KeyError for a name that is not shipped."""
    if name not in shipped():
        raise KeyError(name)
    return files(__name__).joinpath(name + _ENDING).read_bytes().decode()
