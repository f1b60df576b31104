"""The file of issuers: what it says becomes rules for tokens, and what is wrong in it is named by key and rule."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

import pytest

from api.identity.issuers import read_issuers
from api.identity.rules import IssuerRules, Kind
from api.settings import SettingsError

ROOT = Path(__file__).parents[2]
TENANT = "11111111-1111-4111-8111-111111111111"
TRUST = UUID(int=1)

ENTRA = f"""
[[issuer]]
name = "entra"
kind = "entra"
audiences = ["api://caseledger"]
tenants = [{{ tenant = "{TENANT}", trusts = ["{TRUST}"] }}]
"""
GOOGLE = f"""
[[issuer]]
name = "google"
kind = "google"
audiences = ["app.example"]
clients = ["app.example"]
domains = [{{ domain = "westacre.sch.uk", trusts = ["{TRUST}"] }}]
"""
OIDC = f"""
[[issuer]]
name = "own"
kind = "oidc"
url = "https://login.example/realms/schools"
audiences = ["caseledger"]
trusts = ["{TRUST}"]
"""


def read(folder: Path, text: str, *, loopback: bool = False) -> tuple[IssuerRules, ...]:
    file = folder / "issuers.toml"
    file.write_text(text)
    return read_issuers(file, loopback=loopback)


def test_without_a_file_there_are_no_issuers() -> None:
    assert read_issuers(None, loopback=True) == ()


def test_each_kind_of_issuer_has_its_rules(tmp_path: Path) -> None:
    rs256 = frozenset({"RS256"})
    assert read(tmp_path, ENTRA + GOOGLE + OIDC) == (
        IssuerRules(
            name="entra",
            issuer=f"https://login.microsoftonline.com/{TENANT}/v2.0",
            kind=Kind.ENTRA,
            audiences=frozenset({"api://caseledger"}),
            algorithms=rs256,
            token_type="JWT",
            tenant=TENANT,
            trusts=(TRUST,),
        ),
        IssuerRules(
            name="google",
            issuer="https://accounts.google.com",
            kind=Kind.GOOGLE,
            audiences=frozenset({"app.example"}),
            algorithms=rs256,
            token_type="JWT",
            clients=frozenset({"app.example"}),
            domains={"westacre.sch.uk": (TRUST,)},
        ),
        IssuerRules(
            name="own",
            issuer="https://login.example/realms/schools",
            kind=Kind.OIDC,
            audiences=frozenset({"caseledger"}),
            algorithms=frozenset({"RS256", "PS256", "ES256", "EdDSA", "Ed25519"}),
            token_type="at+jwt",
            trusts=(TRUST,),
        ),
    )


def test_every_tenant_is_an_issuer_of_its_own(tmp_path: Path) -> None:
    other = "22222222-2222-4222-8222-222222222222"
    text = ENTRA.replace("}]", f'}}, {{ tenant = "{other.upper()}", trusts = ["{UUID(int=2)}"] }}]')

    found = read(tmp_path, text + 'clients = ["app"]\nscope = "cases"\nurl = "https://login.microsoftonline.us"\n')

    assert [(rule.issuer, rule.tenant, rule.trusts, rule.clients, rule.scope) for rule in found] == [
        (f"https://login.microsoftonline.us/{tenant}/v2.0", tenant, (trust,), frozenset({"app"}), "cases")
        for tenant, trust in ((TENANT, TRUST), (other, UUID(int=2)))
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "issuer: Field required"),
        ("issuer = []", "issuer: Tuple should have at least 1 item"),
        ("[[issuer]", "the file is not TOML in UTF-8"),
        ("other = 1\n" + OIDC, "other: Extra inputs are not permitted"),
        (OIDC.replace('kind = "oidc"', 'kind = "saml"'), "issuer[0]: its kind has to be entra"),
        (OIDC.replace('kind = "oidc"\n', ""), "issuer[0]: its kind is needed"),
        (OIDC + "secret = 1", "issuer[0].secret: Extra inputs are not permitted"),
        (OIDC.replace('url = "https://login.example/realms/schools"\n', ""), "issuer[0].url: Field required"),
        (OIDC.replace("https:", "http:"), "issuer[0].url: an address on https"),
        (OIDC.replace("login.example", "user:pw@login.example"), "issuer[0].url: an address on https"),
        (OIDC.replace("schools", "schools?x=1"), "issuer[0].url: an address on https"),
        (OIDC.replace("https://login.example", "http://127.0.0.1:1"), "issuer[0].url: an address on https"),
        (ENTRA + 'url = "https://login.example/"', "issuer[0].url: an address on https"),
        (OIDC + "algorithms = []", "issuer[0].algorithms: Tuple should have at least 1 item"),
        *(
            (OIDC + f'algorithms = ["RS256", "{name}"]', "issuer[0].algorithms[1]: one of RS256, RS384")
            for name in ("HS256", "none", "None", "rs256", "ES256K")
        ),
        (OIDC.replace('["caseledger"]', "[]"), "issuer[0].audiences: Tuple should have at least 1 item"),
        (OIDC.replace('["caseledger"]', '[""]'), "issuer[0].audiences[0]: String should have at least 1 character"),
        (OIDC.replace('["caseledger"]', '["a b"]'), "issuer[0].audiences[0]: String should match pattern"),
        (OIDC.replace('["caseledger"]', '"caseledger"'), "issuer[0].audiences: Input should be a valid tuple"),
        (OIDC.replace(str(TRUST), "demo"), "issuer[0].trusts[0]: an id such as"),
        (OIDC.replace(f'"{TRUST}"', ""), "issuer[0].trusts: Tuple should have at least 1 item"),
        (OIDC + 'access_token_type = "JWT"', "issuer[0]: scope is needed where access_token_type is not at+jwt"),
        (OIDC.replace('"own"', '"Own Provider"'), "issuer[0].name: String should match pattern"),
        (OIDC + OIDC.replace("/schools", "/other"), "issuer.name stands in it twice"),
        (OIDC + OIDC.replace('"own"', '"other"'), "issuer: an address, or a tenant of Entra ID, stands in it twice"),
        (ENTRA + ENTRA.replace('"entra"\nkind', '"two"\nkind'), "issuer: an address, or a tenant of Entra ID, stands"),
        (ENTRA.replace(TENANT, "common"), "issuer[0].tenants[0].tenant: an id such as"),
        (ENTRA.replace(TENANT, "*"), "issuer[0].tenants[0].tenant: an id such as"),
        (ENTRA.replace(f'trusts = ["{TRUST}"]', "trusts = []"), "issuer[0].tenants[0].trusts: Tuple should have at"),
        (GOOGLE.replace('clients = ["app.example"]\n', ""), "issuer[0].clients: Field required"),
        (GOOGLE.replace("westacre.sch.uk", "Westacre.sch.uk"), "issuer[0].domains[0].domain: String should match"),
        (GOOGLE.replace("westacre.sch.uk", "*"), "issuer[0].domains[0].domain: String should match pattern"),
        (GOOGLE + 'access_token_type = "JWT"', "issuer[0].access_token_type: Extra inputs are not permitted"),
        (
            GOOGLE.replace("}]", f'}}, {{ domain = "westacre.sch.uk", trusts = ["{TRUST}"] }}]'),
            "issuer[0]: domains stands in it twice",
        ),
    ],
)
def test_what_is_wrong_is_named_by_key_and_rule(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read(tmp_path, text)

    assert words in str(refused.value)
    assert str(refused.value).startswith("CASELEDGER_ISSUERS: ")


def test_all_that_is_wrong_is_told_at_once_and_no_value_with_it(tmp_path: Path) -> None:
    text = OIDC.replace(str(TRUST), "canary") + 'clients = ["canary canary"]\nalgorithms = ["canary"]\n'

    with pytest.raises(SettingsError) as refused:
        read(tmp_path, text)

    named = [part.partition(":")[0] for part in str(refused.value).removeprefix("CASELEDGER_ISSUERS: ").split("; ")]
    assert named == ["issuer[0].algorithms[0]", "issuer[0].clients[0]", "issuer[0].trusts[0]"]
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize("kind", ["AT+JWT", "application/at+jwt"])
def test_the_type_of_access_tokens_has_more_than_one_spelling(tmp_path: Path, kind: str) -> None:
    [rules] = read(tmp_path, OIDC + f'access_token_type = "{kind}"')

    assert rules.token_type == "at+jwt"


def test_an_issuer_of_this_machine_needs_no_tls_while_nobody_else_reaches_the_server(tmp_path: Path) -> None:
    [rules] = read(tmp_path, OIDC.replace("https://login.example", "http://127.0.0.1:9"), loopback=True)

    assert rules.issuer == "http://127.0.0.1:9/realms/schools"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^CASELEDGER_ISSUERS: the file cannot be read: No such file"):
        read_issuers(tmp_path / "none.toml", loopback=True)


def test_every_example_of_the_guide_is_sound(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "how-to" / "sign-in.md").read_text()
    examples = re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)

    kinds = [rule.kind for example in examples for rule in read(tmp_path, example)]
    assert kinds == [Kind.ENTRA, Kind.GOOGLE, Kind.OIDC, Kind.OIDC]
    assert read(tmp_path, "".join(examples))
