"""Who signs in with a key pair.

https://docs.snowflake.com/en/developer-guide/sql-api/authenticating
"""

from __future__ import annotations

import base64
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import load_der_public_key

from local_stack.snowflake import account
from local_stack.snowflake.session import Session

NAMES = ("RSA_PUBLIC_KEY", "RSA_PUBLIC_KEY_2")


def admits(session: Session, user: str, token: str) -> bool:
    """Tell whether a token is signed by a key whose public half the user has."""
    known = account.all_of(session, "USER").get(user)
    for key in filter(None, map(known.options.get, NAMES)) if known else ():
        try:
            public: Any = load_der_public_key(base64.b64decode(key))
            claims = jwt.decode(token, public, ["RS256"])
        except (ValueError, jwt.PyJWTError):
            continue
        return str(claims["iss"]).endswith(f".{user}.{account.fingerprint(key)}")
    return False
