"""The verifier as one file that needs nothing of the product: the sources of its modules, and a few lines to load them.

`python caseledger_verify.py BUNDLE` then runs wherever Python and `cryptography` are, and its reader sees what it does.
"""

from __future__ import annotations

from importlib.resources import files

__all__ = ["MODULES", "standalone"]

# Each after those that it imports.
MODULES = (
    "canonical",
    "entry",
    "tree",
    "heads",
    "checkpoint",
    "sealing",
    "meanings",
    "bundle",
    "period",
    "bundle_parsing",
    "archive",
    "findings",
    "verifying",
    "verify_erasures",
    "verify_case",
    "verify_period",
    "verify_files",
    "verify",
)

_HEAD = '''#!/usr/bin/env python3
"""The offline check of a Caseledger bundle, as one file: `python caseledger_verify.py BUNDLE [--key FILE]`.

It needs Python 3.11 or newer and the package `cryptography`, and no network. Below stand the modules of the verifier,
each as it is in the product; the last lines load them in their order and run the check.
"""

import sys
import types

SOURCES = {}
'''

_TAIL = """
package = types.ModuleType("ledger")
package.__path__ = []
sys.modules["ledger"] = package
for name, source in SOURCES.items():
    module = types.ModuleType(f"ledger.{name}")
    module.__file__ = f"{__file__}:{name}"
    sys.modules[module.__name__] = module
    exec(compile(source, module.__file__, "exec"), module.__dict__)
    setattr(package, name, module)

if __name__ == "__main__":
    sys.exit(sys.modules["ledger.verify"].main())
"""


def standalone() -> str:
    """Return the program's text, the same for the same release."""
    parts = [_HEAD]
    for name in MODULES:
        source = (files("ledger") / f"{name}.py").read_text("utf-8")
        assert "'''" not in source, f"ledger/{name}.py must not hold three single quotes"
        parts.append(f"\n# {'=' * 20} ledger/{name}.py {'=' * 20}\nSOURCES[{name!r}] = r'''{source}'''\n")
    return "".join([*parts, _TAIL])
