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
    written = path.with_name(f"{path.name}.new")
    try:
        old = read(path, passphrase)
        with connect(settings, old) as connection:
            user = settings["user"].upper()
            rows = connection.cursor().execute(f"describe user {user}")
            described = {row[0]: row[1] for row in rows or ()}
            mine, other = PLACES
            if described.get(f"{other}_FP") == fingerprint(old):
                mine, other = other, mine
            is_taken = described.get(f"{other}_FP") not in (None, "", "null")
            if "--revoke" in options:
                if is_taken and set_at(described, mine) < set_at(described, other):
                    sys.exit(f"{user}: {path} is the older key; --revoke where the newer one is")
                connection.cursor().execute(f"alter user {user} unset {other}")
                print(f"{user}: {other} is empty; {path} is the only key")
                return
            if is_taken:
                sys.exit(f"{user}: {other} has a key already; --revoke ends it, where {mine}'s is")
            new = generate_private_key(public_exponent=65537, key_size=2048)
            written.touch(mode=0o600)
            written.write_bytes(private(new, PEM, passphrase))
            key = base64.b64encode(public(new)).decode()
            connection.cursor().execute(f"alter user {user} set {other} = '{key}'")
        connect(settings, new).close()
    except (OSError, ValueError, TypeError, Error) as error:
        written.unlink(missing_ok=True)
        sys.exit(f"the key in {path} stays: {getattr(error, 'raw_msg', None) or error}")
    written.replace(path)
    print(f"{user}: {path} is a new key, {other} its public half; with --revoke the old one ends")


def set_at(described: dict[str, str], place: str) -> str:
    """Return when a key was set, as Snowflake writes it, year first; empty if it does not say."""
    return str(described.get(f"{place}_LAST_SET_TIME") or "")


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
