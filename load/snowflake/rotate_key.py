"""Give a service user a new key pair, without a moment in which none holds.

The user has room for two public keys. The new one takes the place that the key in use has not;
once it has signed in, its private half replaces the file. The old key goes on until `--revoke`, for
other machines that still have it.
https://docs.snowflake.com/en/user-guide/key-pair-auth#configuring-key-pair-rotation
"""

from __future__ import annotations

import base64
import hashlib
import os
import sys
from pathlib import Path
from typing import Any

import snowflake.connector
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from snowflake.connector.errors import Error

PLACES = ("RSA_PUBLIC_KEY", "RSA_PUBLIC_KEY_2")
DER, PEM = serialization.Encoding.DER, serialization.Encoding.PEM


def main() -> None:
    """Rotate the key of the user whose variables begin with the first argument."""
    prefix, *options = sys.argv[1:]
    settings = {
        name.removeprefix(f"{prefix}_").lower(): value
        for name, value in os.environ.items()
        if name.startswith(f"{prefix}_") and value
    }
    if "private_key_path" not in settings:
        sys.exit(f"{prefix}_PRIVATE_KEY_PATH is not set: it is the file of the key to replace")
    path, passphrase = Path(settings["private_key_path"]), settings.get("private_key_passphrase")
    try:
        old = read(path, passphrase)
        with connect(settings, old) as connection:
            user = settings["user"].upper()
            rows = connection.cursor().execute(f"describe user {user}")
            described = {row[0]: row[1] for row in rows or ()}
            free = next(p for p in PLACES if described.get(f"{p}_FP") != fingerprint(old))
            if "--revoke" in options:
                connection.cursor().execute(f"alter user {user} unset {free}")
                print(f"{user}: {free} is empty; {path} is the only key")
                return
            new = generate_private_key(public_exponent=65537, key_size=2048)
            key = base64.b64encode(public(new)).decode()
            connection.cursor().execute(f"alter user {user} set {free} = '{key}'")
        connect(settings, new).close()
    except (OSError, ValueError, TypeError, Error) as error:
        sys.exit(f"the key in {path} stays: {getattr(error, 'raw_msg', None) or error}")
    written = path.with_name(f"{path.name}.new")
    written.touch(mode=0o600)
    written.write_bytes(private(new, PEM, passphrase))
    written.replace(path)
    print(f"{user}: {path} is a new key, {free} its public half; with --revoke the old one ends")


def read(path: Path, passphrase: str | None) -> RSAPrivateKey:
    """Return the private key of a file."""
    key = serialization.load_pem_private_key(path.read_bytes(), _bytes(passphrase))
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("it is no RSA key")
    return key


def connect(settings: dict[str, str], key: RSAPrivateKey) -> Any:
    """Sign in with a key."""
    address = {name: settings[name] for name in ("host", "port", "protocol") if name in settings}
    return snowflake.connector.connect(
        account=settings["account"],
        user=settings["user"],
        role=settings.get("role"),
        private_key=private(key, DER, None),
        login_timeout=30,
        **address,
    )


def private(key: RSAPrivateKey, encoding: serialization.Encoding, passphrase: str | None) -> bytes:
    """Return a private key as PKCS#8, encrypted if there is a passphrase."""
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if secret := _bytes(passphrase):
        encryption = serialization.BestAvailableEncryption(secret)
    return key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, encryption)


def public(key: RSAPrivateKey) -> bytes:
    """Return a key's public half."""
    return key.public_key().public_bytes(DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def fingerprint(key: RSAPrivateKey) -> str:
    """Return a public key's fingerprint, as Snowflake writes it."""
    return f"SHA256:{base64.b64encode(hashlib.sha256(public(key)).digest()).decode()}"


def _bytes(text: str | None) -> bytes | None:
    return text.encode() if text else None


if __name__ == "__main__":
    main()
