"""Signatures under the audit: Ed25519 keys in PEM files, kept where the home is not."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from analytics.errors import HomeBusy, RequestRefused

PURPOSE = (
    b"renewal audit line\n"  # a signature made for anything else never passes for one of a line
)
END = "-----END PUBLIC KEY-----"
UNREADABLE = (OSError, ValueError, TypeError, UnsupportedAlgorithm)


class Signer:
    """Signs the hashes of lines with one private key; `name` is what its signatures are known
    by."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = private.public_key()
        self.name = name_of(self.public)

    def sign(self, hash_: str) -> str:
        return base64.b64encode(self._private.sign(PURPOSE + hash_.encode())).decode()


def name_of(public: Ed25519PublicKey) -> str:
    """The short name of a key: the beginning of its digest."""
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()[:16]


def holds(public: Ed25519PublicKey, hash_: str, signature: str) -> bool:
    """Whether a signature was made by this key for this hash."""
    try:
        public.verify(base64.b64decode(signature, validate=True), PURPOSE + hash_.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def signer_from(path: Path) -> Signer:
    """The key of a PEM file; without it the home is not opened, since lines without a signature
    would look forged."""
    try:
        private = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except UNREADABLE as error:
        raise HomeBusy("audit_key_unreadable", file=path.name) from error
    if not isinstance(private, Ed25519PrivateKey):
        raise HomeBusy("audit_key_unreadable", file=path.name)
    return Signer(private)


def public_keys(paths: Iterable[Path]) -> Mapping[str, Ed25519PublicKey]:
    """The public keys of PEM files by name; a file may hold several, the earlier keys of the same
    home."""
    out: dict[str, Ed25519PublicKey] = {}
    for path in paths:
        try:
            blocks = path.read_text(encoding="ascii").split(END)[:-1]
            keys = [
                serialization.load_pem_public_key(f"{block.strip()}\n{END}\n".encode())
                for block in blocks
            ]
        except UNREADABLE as error:
            raise RequestRefused("audit_public_unreadable", file=path.name) from error
        if not keys or not all(isinstance(key, Ed25519PublicKey) for key in keys):
            raise RequestRefused("audit_public_unreadable", file=path.name)
        out |= {name_of(key): key for key in keys if isinstance(key, Ed25519PublicKey)}
    return out


def new_key(path: Path) -> Signer:
    """Make a key pair: the private one in the file, for its owner only, the public one beside it
    with `.pub` added."""
    private = Ed25519PrivateKey.generate()
    raw = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    try:
        for file, mode, data in ((path, 0o600, raw), (public_path(path), 0o644, public)):
            with os.fdopen(
                os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb"
            ) as handle:
                handle.write(data)
    except FileExistsError as error:
        raise RequestRefused("file_there", file=file.name) from error
    except OSError as error:
        raise RequestRefused("file_unwritable", file=path.name) from error
    return Signer(private)


def public_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.pub")
