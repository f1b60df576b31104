"""docs/settings.md: one row for each setting."""

from __future__ import annotations

from api.settings import PREFIX, Settings


def settings_page() -> str:
    """Return `docs/settings.md`: one row for each setting, in the order of the class."""
    rows = [
        "# Settings",
        "",
        "Generated from `api/settings.py` by `make docs`; a test compares the two. Every setting is an environment",
        "variable. A wrong value stops the program with a sentence that names the variable.",
        "",
        "| variable | default | what it does |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        if field.default_factory is not None:
            default = "see right"
        elif field.default is None or field.default == ():
            default = "unset"
        elif isinstance(field.default, tuple):
            default = f"`{','.join(field.default)}`"
        else:
            default = f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join([*rows, ""])
