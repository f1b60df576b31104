"""Servers outside for the tests of sinks: a witness, a time-stamping authority, and whatever answers a post."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID

Posted = Callable[[str, bytes], tuple[int, str, bytes]]


@contextmanager
def answering(posted: Posted) -> Iterator[str]:
    """A server on this machine that answers each post by a function of its path and content."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            status, media_type, answer = posted(self.path, content)
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_told: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Witness:
    """A witness written from c2sp.org/tlog-witness and tlog-cosignature alone: nothing of the program is used."""

    def __init__(self, name: str, log_keys: dict[str, bytes]) -> None:
        self.name = name
        self._key = Ed25519PrivateKey.generate()
        self._log_keys = log_keys
        self.seen: dict[str, tuple[int, bytes]] = {}

    @property
    def _key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n\x04" + self._key.public_key().public_bytes_raw()).digest()[:4]

    @property
    def key_line(self) -> str:
        encoded = base64.b64encode(b"\x04" + self._key.public_key().public_bytes_raw()).decode()
        return f"{self.name}+{self._key_id.hex()}+{encoded}"

    def __call__(self, path: str, content: bytes) -> tuple[int, str, bytes]:
        if path != "/add-checkpoint":
            return 404, "text/plain", b""
        header, _, note = content.decode().partition("\n\n")
        old_line, *proof_lines = header.split("\n")
        word, _, old_text = old_line.partition(" ")
        if word != "old" or len(proof_lines) > 63:
            return 400, "text/plain", b""
        proof = [base64.b64decode(line) for line in proof_lines]
        text, _, signatures = note.partition("\n\n")
        text += "\n"
        origin, size_text, root_text, *_ = text.split("\n")
        if origin not in self._log_keys:
            return 404, "text/plain", b""
        if not self._is_signed(origin, text, signatures):
            return 403, "text/plain", b""
        size, old, root = int(size_text), int(old_text), base64.b64decode(root_text)
        known, known_root = self.seen.get(origin, (0, b""))
        if old > size:
            return 400, "text/plain", b""
        if old != known:
            return 409, "text/x.tlog.size", f"{known}\n".encode()
        if old == size and known_root != root:
            return 409, "text/x.tlog.size", f"{known}\n".encode()
        if old and not consistent(old, known_root, size, root, proof):
            return 422, "text/plain", b""
        self.seen[origin] = (size, root)
        seconds = int(datetime.now(UTC).timestamp())
        signed = self._key.sign(f"cosignature/v1\ntime {seconds}\n{text}".encode())
        line = base64.b64encode(self._key_id + seconds.to_bytes(8, "big") + signed).decode()
        return 200, "text/plain", f"— {self.name} {line}\n".encode()

    def _is_signed(self, origin: str, text: str, signatures: str) -> bool:
        for line in signatures.splitlines():
            dash, name, encoded = line.split(" ")
            if dash == "—" and name == origin:
                public = Ed25519PublicKey.from_public_bytes(self._log_keys[origin])
                public.verify(base64.b64decode(encoded)[4:], text.encode())
                return True
        return False


def consistent(old: int, old_root: bytes, size: int, root: bytes, proof: list[bytes]) -> bool:
    """RFC 9162, 2.1.4.2, as it is written there."""
    if old == size:
        return old_root == root and not proof
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    first, second = old - 1, size - 1
    while first & 1:
        first >>= 1
        second >>= 1
    if not path:
        return False
    first_root = second_root = path[0]
    for node in path[1:]:
        if second == 0:
            return False
        if first & 1 or first == second:
            first_root = sha256(b"\x01" + node + first_root).digest()
            second_root = sha256(b"\x01" + node + second_root).digest()
            if not first & 1:
                while True:
                    first >>= 1
                    second >>= 1
                    if first & 1 or first == 0:
                        break
        else:
            second_root = sha256(b"\x01" + second_root + node).digest()
        first >>= 1
        second >>= 1
    return first_root == old_root and second_root == root and second == 0


class Authority:
    """A time-stamping authority (RFC 3161) with a certificate of its own root."""

    def __init__(self) -> None:
        self._root_key, self.root = _certificate("A root", None)
        self._key, self._certificate = _certificate("An authority", (self._root_key, self.root))
        self.instant = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
        self.nonce_offset = 0

    @property
    def root_pem(self) -> bytes:
        return self.root.public_bytes(serialization.Encoding.PEM)

    def __call__(self, _path: str, content: bytes) -> tuple[int, str, bytes]:
        asked = tsp.TimeStampReq.load(content)
        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": "1.2.3.4.1",
                "message_imprint": asked["message_imprint"],
                "serial_number": 1,
                "gen_time": self.instant,
                "nonce": core.Integer(asked["nonce"].native + self.nonce_offset),
            }
        )
        encoded = info.dump()
        certificate = asn1_x509.Certificate.load(self._certificate.public_bytes(serialization.Encoding.DER))
        signing = tsp.SigningCertificateV2(
            {
                "certs": [
                    tsp.ESSCertIDv2(
                        {
                            "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
                            "cert_hash": sha256(certificate.dump()).digest(),
                        }
                    )
                ]
            }
        )
        attributes = cms.CMSAttributes(
            [
                cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
                cms.CMSAttribute({"type": "message_digest", "values": [sha256(encoded).digest()]}),
                cms.CMSAttribute({"type": "signing_certificate_v2", "values": [signing]}),
            ]
        )
        signature = self._key.sign(attributes.untag().dump(), padding.PKCS1v15(), hashes.SHA256())
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.SignerIdentifier(
                    "issuer_and_serial_number",
                    cms.IssuerAndSerialNumber(
                        {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
                    ),
                ),
                "digest_algorithm": algos.DigestAlgorithm({"algorithm": "sha256"}),
                "signed_attrs": attributes,
                "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_rsa"}),
                "signature": signature,
            }
        )
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [algos.DigestAlgorithm({"algorithm": "sha256"})],
                "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(encoded)},
                "certificates": [certificate],
                "signer_infos": [signer],
            }
        )
        answer = tsp.TimeStampResp(
            {
                "status": {"status": "granted"},
                "time_stamp_token": cms.ContentInfo({"content_type": "signed_data", "content": signed}),
            }
        )
        return 200, "application/timestamp-reply", answer.dump()


def _certificate(
    name: str, issuer: tuple[rsa.RSAPrivateKey, x509.Certificate] | None
) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    begun = datetime(2020, 1, 1, tzinfo=UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer[1].subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begun)
        .not_valid_after(begun + timedelta(days=36500))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if issuer is not None:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        known = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer[0].public_key())
        builder = builder.add_extension(usage, critical=True).add_extension(known, critical=False)
    return key, builder.sign(key if issuer is None else issuer[0], hashes.SHA256())
