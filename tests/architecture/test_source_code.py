"""What the code of the program must not do, found in its syntax: nothing runs what came in, and no weak cryptography.

Each rule is held to code that breaks it as well, so that a rule which finds nothing any more is noticed.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import time
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES: Final[list[str]] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
FILES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]

Rule = Callable[[ast.AST], str | None]


def named(node: ast.AST) -> str:
    """The dotted name of what stands there, such as `os.system`."""
    if isinstance(node, ast.Attribute):
        return f"{named(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def imported(node: ast.AST) -> list[str]:
    """The modules that a statement imports, with what is taken from them."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def called(node: ast.AST) -> str:
    return named(node.func) if isinstance(node, ast.Call) else ""


def within(name: str, modules: frozenset[str]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def of_imports(modules: frozenset[str], allowed: frozenset[str] = frozenset()) -> Rule:
    def rule(node: ast.AST) -> str | None:
        return next((name for name in imported(node) if within(name, modules) and name not in allowed), None)

    return rule


def runs_text(node: ast.AST) -> str | None:
    name = called(node)
    return name if name in {"eval", "exec", "compile", "__import__", "code.interact"} else None


def asks_a_shell(node: ast.AST) -> str | None:
    name = called(node)
    if name.startswith(("os.system", "os.popen", "os.exec", "os.spawn", "subprocess.getoutput")):
        return name
    if isinstance(node, ast.Call) and any(
        keyword.arg == "shell" and getattr(keyword.value, "value", True) is not False for keyword in node.keywords
    ):
        return f"{name}(shell)"
    return None


READERS_THAT_RUN = frozenset({"pickle", "marshal", "shelve", "dill", "cloudpickle", "jsonpickle", "yaml", "joblib"})
INTERPRETERS = frozenset(
    {
        *("ldap", "ldap3", "lxml", "xml", "xmltodict", "defusedxml", "jinja2", "mako", "django", "string.Template"),
        *("smtplib", "imaplib", "poplib", "aiosmtplib", "pymemcache", "memcache", "pylatex", "markdown", "bs4"),
    }
)
# Every module that has cryptography in it, and what the program takes from them: the inventory of its cryptography.
CRYPTOGRAPHIC = frozenset(
    {*("cryptography", "joserfc", "jose", "jwt", "Crypto", "nacl", "hashlib", "hmac", "ssl", "crypt", "passlib")}
)
INVENTORY = frozenset(
    {
        "cryptography.exceptions.InvalidSignature",
        "cryptography.exceptions.InvalidTag",
        "cryptography.exceptions.UnsupportedAlgorithm",
        "cryptography.hazmat.primitives.asymmetric.ed25519.Ed25519PrivateKey",
        "cryptography.hazmat.primitives.asymmetric.ed25519.Ed25519PublicKey",
        "cryptography.hazmat.primitives.ciphers.aead.AESGCM",
        "cryptography.x509.Certificate",
        "cryptography.x509.load_pem_x509_certificates",
        # A secret of its own for each sealed file.
        "cryptography.hazmat.primitives.hashes.SHA256",
        "cryptography.hazmat.primitives.kdf.hkdf.HKDF",
        "hashlib",
        "hashlib.sha256",
        "hmac",
        "joserfc.errors.JoseError",
        "joserfc.jwa.JWSAlgModel",
        "joserfc.jwk.ECKey",
        "joserfc.jwk.OKPKey",
        "joserfc.jwk.RSAKey",
        "joserfc.jws",
        "joserfc.jws.JWSRegistry",
        "joserfc.jwt",
        "ssl.TLSVersion",
    }
)
OUTWARD = frozenset(
    {
        "httpx",
        "requests",
        "urllib3",
        "aiohttp",
        "urllib.request",
        "http.client",
        "socket",
        "ftplib",
        "boto3",
        "botocore",
    }
)
# BLAKE2b is used with a key of the process, to keep tokens out of memory.
HASHES = frozenset({"hashlib.sha256", "hashlib.blake2b"})


def hashes_otherwise(node: ast.AST) -> str | None:
    if isinstance(node, ast.Attribute) and named(node).startswith("hashlib.") and named(node) not in HASHES:
        is_digest_of_file = named(node) == "hashlib.file_digest"
        return None if is_digest_of_file else named(node)
    if called(node) == "hashlib.file_digest":
        assert isinstance(node, ast.Call)
        kind = node.args[1]
        return None if isinstance(kind, ast.Constant) and kind.value == "sha256" else "hashlib.file_digest"
    if called(node) in ("hmac.new", "hmac.digest"):
        assert isinstance(node, ast.Call)
        return None if len(node.args) > 2 and named(node.args[2]) in {"sha256", *HASHES} else "hmac"
    return None


def draws_few_bytes(node: ast.AST) -> str | None:
    """Randomness of less than 128 bits, in a call that says how much."""
    if isinstance(node, ast.Call) and called(node).startswith(("secrets.token_", "os.urandom")):
        size = node.args[0] if node.args else None
        if isinstance(size, ast.Constant) and isinstance(size.value, int) and size.value < 16:
            return f"{called(node)}({size.value})"
    return None


def compares_a_mac(node: ast.AST) -> str | None:
    if isinstance(node, ast.Compare) and any(isinstance(sign, ast.Eq | ast.NotEq) for sign in node.ops):
        parts = [named(part).rpartition(".")[2] for part in (node.left, *node.comparators)]
        return next((part for part in parts if re.fullmatch(r"(.*_)?(mac|hmac|signature|digest|token)", part)), None)
    return None


def builds_a_pattern(node: ast.AST) -> str | None:
    """A regular expression that is not a text in the code."""
    if isinstance(node, ast.Call) and re.fullmatch(
        r"re\.(compile|match|fullmatch|search|sub|subn|split|findall|finditer)", called(node)
    ):
        # A text in the code, or one put together from names of constants.
        put_in = [part for part in ast.walk(node.args[0]) if isinstance(part, ast.Name | ast.Attribute | ast.Call)]
        return None if all(named(part).isupper() for part in put_in) else called(node)
    return None


def trusts_no_certificate(node: ast.AST) -> str | None:
    if isinstance(node, ast.Call) and called(node).startswith("httpx."):
        for keyword in node.keywords:
            if keyword.arg in ("verify", "follow_redirects") and getattr(keyword.value, "value", None) is not (
                keyword.arg == "verify"
            ):
                return f"{called(node)}({keyword.arg})"
    if isinstance(node, ast.Attribute) and node.attr in ("verify_mode", "check_hostname", "verify_flags"):
        return node.attr
    if isinstance(node, ast.Call) and called(node).endswith("create_ssl_context") and (node.args or node.keywords):
        return "create_ssl_context"
    if called(node).endswith("_create_unverified_context"):
        return "_create_unverified_context"
    # The version of the protocol may be named; a context is made by the client's own rules.
    named_of_it = [name for name in imported(node) if within(name, frozenset({"ssl"}))]
    return next((name for name in named_of_it if name != "ssl.TLSVersion"), None)


def follows_redirects(node: ast.AST) -> str | None:
    if isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg == "follow_redirects" and getattr(keyword.value, "value", True) is not False:
                return "follow_redirects"
    return None


def speaks_outward(node: ast.AST) -> str | None:
    return next((name for name in imported(node) if within(name, OUTWARD)), None)


def sets_a_cookie(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
        text = node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value
        return "set-cookie" if text.lower() == "set-cookie" else None
    return "set_cookie" if called(node).endswith((".set_cookie", ".cookies")) else None


def redirects(node: ast.AST) -> str | None:
    return next((name for name in imported(node) if name.endswith("RedirectResponse")), None)


@cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(path.read_text())))


def found(rule: Rule, text: str) -> list[str]:
    return [breach for node in ast.walk(ast.parse(text)) if (breach := rule(node)) is not None]


def breaches(rule: Rule, excused: frozenset[tuple[str, str]] = frozenset()) -> list[tuple[str, str]]:
    """Where the program breaks a rule, as file and what stands there; fails where an excuse is needed no more."""
    everywhere = {
        (str(path.relative_to(ROOT)), breach)
        for path in FILES
        for node in nodes(path)
        if (breach := rule(node)) is not None
    }
    assert excused <= everywhere
    return sorted(everywhere - excused)


def test_nothing_is_run_that_is_a_text() -> None:
    assert breaches(runs_text) == []


def test_no_shell_is_asked() -> None:
    assert breaches(asks_a_shell) == []


def test_nothing_is_read_by_what_makes_any_object_of_it() -> None:
    assert breaches(of_imports(READERS_THAT_RUN)) == []


def test_no_interpreter_of_another_language_is_there_to_be_misled() -> None:
    """No directory, XML, template or memory store: what could be slipped into a question to one of them.

    Mail is sent by the library that writes its headers, to the one address that is set.
    """
    assert breaches(of_imports(INTERPRETERS), frozenset({("ledger/anchoring/mail.py", "smtplib")})) == []


def test_the_cryptography_of_the_program_is_the_one_that_is_listed() -> None:
    assert breaches(of_imports(CRYPTOGRAPHIC, INVENTORY)) == []
    used = {name for path in FILES for node in nodes(path) for name in imported(node)}
    assert used >= INVENTORY


def test_hashes_are_sha_256_and_none_that_is_broken() -> None:
    assert breaches(hashes_otherwise) == []


def test_what_is_not_to_be_guessed_comes_from_the_system_and_has_128_bits() -> None:
    # How long to wait before another try.
    jitter = frozenset({("services/running_commands.py", "random")})
    assert breaches(of_imports(frozenset({"random", "numpy"})), jitter) == []
    # Names of files that are written before they have their own; where one is there already nothing is written.
    drafts = frozenset(
        {("api/identity/development.py", "secrets.token_hex(8)"), ("ledger/keys.py", "secrets.token_hex(4)")}
    )
    assert breaches(draws_few_bytes, drafts) == []


def test_keyed_hashes_are_compared_in_the_same_time_whatever_they_are() -> None:
    assert breaches(compares_a_mac) == []


def test_no_regular_expression_is_made_of_what_came_in() -> None:
    assert breaches(builds_a_pattern) == []


def test_every_certificate_is_checked_and_no_redirect_followed() -> None:
    # A context that checks, made without an argument, of which only the oldest protocol taken is set.
    checking = frozenset({("api/identity/identities.py", "httpx.AsyncClient(verify)")})
    assert breaches(trusts_no_certificate, checking) == []
    assert breaches(follows_redirects) == []


def test_what_is_asked_outside_is_a_list() -> None:
    files = {file for file, _ in breaches(speaks_outward)}

    assert files == {
        *("api/identity/discovery.py", "api/identity/identities.py"),
        *("ledger/anchoring/posting.py", "ledger/anchoring/mail.py", "ledger/anchoring/object_lock.py"),
        # Each only where an operator has set it.
        *("api/anchors.py", "ledger/blob_bucket.py", "services/malware_scan.py"),
    }


def test_no_cookie_is_set_and_nobody_sent_elsewhere() -> None:
    assert breaches(sets_a_cookie) == []
    assert breaches(redirects) == []


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        (runs_text, "eval(text)"),
        (asks_a_shell, "import os\nos.system(text)"),
        (asks_a_shell, "import subprocess\nsubprocess.run(text, shell=True)"),
        (of_imports(READERS_THAT_RUN), "import pickle"),
        (of_imports(READERS_THAT_RUN), "from yaml import load"),
        (of_imports(INTERPRETERS), "from xml.etree import ElementTree"),
        (of_imports(CRYPTOGRAPHIC, INVENTORY), "from cryptography.hazmat.primitives.ciphers import Cipher"),
        (of_imports(CRYPTOGRAPHIC, INVENTORY), "from hashlib import md5"),
        (hashes_otherwise, "import hashlib\nhashlib.md5(text)"),
        (hashes_otherwise, "import hashlib\nhashlib.file_digest(file, 'sha1')"),
        (hashes_otherwise, "import hmac\nhmac.new(key, text, sha1)"),
        (of_imports(frozenset({"random"})), "from random import choice"),
        (draws_few_bytes, "import secrets\nsecrets.token_urlsafe(8)"),
        (compares_a_mac, "if receipt.input_mac != mac: pass"),
        (builds_a_pattern, "import re\nre.compile(text)"),
        (builds_a_pattern, "import re\nre.search(f'a{text}', other)"),
        (builds_a_pattern, "import re\nre.search(PREFIX + text, other)"),
        (trusts_no_certificate, "httpx.AsyncClient(verify=False)"),
        (trusts_no_certificate, "httpx.create_ssl_context(verify=False)"),
        (trusts_no_certificate, "context.verify_mode = 0"),
        (trusts_no_certificate, "from ssl import SSLContext"),
        (trusts_no_certificate, "import ssl"),
        (follows_redirects, "client.get(address, follow_redirects=True)"),
        (speaks_outward, "from urllib.request import urlopen"),
        (sets_a_cookie, "response.set_cookie('a', 'b')"),
        (redirects, "from starlette.responses import RedirectResponse"),
    ],
)
def test_code_that_breaks_a_rule_is_found(rule: Rule, code: str) -> None:
    assert found(rule, code)


def test_the_linter_looks_for_what_is_dangerous_and_may_be_excused_in_tests_alone() -> None:
    lint = PROJECT["tool"]["ruff"]["lint"]

    assert "S" in lint["select"]
    assert [code for code in lint["ignore"] if code.startswith("S") and code[1:].isdigit()] == ["S101"]
    assert {place for place, codes in lint["per-file-ignores"].items() if "S" in codes} == {"tests/**", "bench/**"}


def patterns() -> Iterator[re.Pattern[str]]:
    """Every regular expression of the program: those that its modules keep, and those that stand in their code."""
    texts: set[str] = set()
    for path in FILES:
        for node in nodes(path):
            if isinstance(node, ast.Call) and called(node).startswith("re.") and isinstance(node.args[0], ast.Constant):
                texts.add(str(node.args[0].value))
    for package in PACKAGES:
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if ".versions" not in module.name and "env" not in module.name:
                kept = vars(importlib.import_module(module.name)).values()
                texts |= {value.pattern for value in kept if isinstance(value, re.Pattern)}
    yield from (re.compile(text) for text in sorted(texts))


# What makes an expression that can be read in many ways try them all: long runs of what its parts may both take.
UNITS = (
    *("a", "0", "-", " ", "\t", ".", "[1]", ".a", "term", "term ", "autumn ", "half ", '"', "'", "\\", "%(a)s", "for="),
    *("a-", "aA", "+", "=", "A=", "x.", "String ", 'String "', "Variable '$a' has invalid value at .a", "é", "\n"),
)
ENDINGS = ("", "!", "\x00", "é\n", " !")


def slowest(pattern: re.Pattern[str], length: int) -> float:
    """Seconds of the slowest of the hostile texts of some length."""
    worst = 0.0
    for unit in UNITS:
        for ending in ENDINGS:
            text = unit * (length // len(unit)) + ending
            begun = time.process_time()
            pattern.search(text)
            pattern.fullmatch(text)
            worst = max(worst, time.process_time() - begun)
    return worst


def test_no_regular_expression_takes_ever_longer_over_a_hostile_text() -> None:
    every = list(patterns())

    assert len(every) > 30
    # Exponential ones would take longer than the world is old, and cubic ones a minute.
    assert [pattern.pattern for pattern in every if slowest(pattern, 1_000) > 0.25] == []


def test_a_regular_expression_that_takes_ever_longer_is_noticed() -> None:
    assert slowest(re.compile(r"(a|a)+!!$"), 18) > 0.01
