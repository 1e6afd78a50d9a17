"""Certificate authorities of the measured processes: as many as anywhere, since loading them takes time."""

import datetime as dt
import ipaddress
import ssl
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from connect_tools.loopback import LOOPBACK


class Trust:
    """A certificate of this machine's own, and authorities that it is one of.

    Args:
        folder: for the files

    Attributes:
        certificate: the certificate with its key, a PEM file
        authorities: those of Mozilla's, and the certificate, a PEM file
        variables: environment variables for Python, boto3 and Node
    """

    def __init__(self, folder: Path) -> None:
        self.certificate, self.authorities = folder / "certificate.pem", folder / "authorities.pem"
        certificate, key = _certificate()
        self.certificate.write_bytes(key + certificate)
        self.authorities.write_bytes(Path(certifi.where()).read_bytes() + certificate)
        self.variables = {
            "SSL_CERT_FILE": str(self.authorities),
            "REQUESTS_CA_BUNDLE": str(self.authorities),
            "NODE_EXTRA_CA_CERTS": str(self.certificate),
        }

    def server_context(self) -> ssl.SSLContext:
        """For a server with the certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        return context


def _certificate() -> tuple[bytes, bytes]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, LOOPBACK)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=7))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(LOOPBACK))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return certificate.public_bytes(encoding), private
