"""Whom does TLS trust on loopback: one certificate, made for these hosts and thrown away after."""

import datetime as dt
import ssl
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# No clock is asked: a key that lives as long as its process may have a certificate for a century.
_FROM: Final = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_UNTIL: Final = dt.datetime(2119, 1, 1, tzinfo=dt.UTC)


class Certificate(msgspec.Struct, frozen=True):
    """A certificate that signed itself, and its key, both as PEM text. The key proves nothing."""

    pem: str
    key_pem: str


def throw_away(hosts: Iterable[str]) -> Certificate:
    """Return a fresh certificate for exactly `hosts`; only who is handed it trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fathom loopback")])
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    issuer = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)
    uses = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(uses, critical=True)
        .add_extension(own, critical=False)
        .add_extension(issuer, critical=False)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(host) for host in sorted(hosts)]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    return Certificate(
        pem=made.public_bytes(serialization.Encoding.PEM).decode(),
        key_pem=key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
    )


def server_context(certificate: Certificate) -> ssl.SSLContext:
    """Return what a server shows; the key touches a private file only while it is read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        chain = Path(folder) / "chain.pem"
        chain.touch(mode=0o600)
        chain.write_text(certificate.key_pem + certificate.pem, encoding="ascii")
        context.load_cert_chain(chain)
    return context


def client_context(pem: str) -> ssl.SSLContext:
    """Return a context that trusts the certificate `pem` and no other in the world."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=pem)
    return context
