"""An OpenID provider of the tests' own: discovery, code with PKCE, signed id_token."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT, SECRET = "painel", "segredo do painel"


@dataclass
class Provider:
    """What it answers; a test may change any of it.

    Attributes:
        address: its own, its issuer.
        claims: what it says of whoever signs in.
        key: what it signs with.
        algorithm: how.
        refuses: an error in place of a code.
        secret: that of its client.
        is_down: whether it answers nothing else than that.
        codes: what was asked for with each code that waits.
        signed_out: how often somebody has.
    """

    address: str
    claims: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    algorithm: str = "RS256"
    refuses: str = ""
    secret: str = SECRET
    is_down: bool = False
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    signed_out: int = 0

    def __post_init__(self) -> None:
        public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        self._keys = {"keys": [{**public, "kid": "1", "use": "sig", "alg": "RS256"}]}

    def is_somebody(self, email: str, /, **claims: Any) -> None:
        """Say of whoever signs in next that it is somebody."""
        self.claims = {"sub": email, "email": email, "email_verified": True, **claims}
        self.algorithm, self.refuses = "RS256", ""

    def answer(self, path: str, asked: dict[str, str]) -> dict[str, Any] | str | None:
        """Return JSON, or an address to go to; None for what is not there, or refused."""
        match path:
            case "/.well-known/openid-configuration":
                return {
                    "issuer": self.address,
                    "authorization_endpoint": f"{self.address}/authorize",
                    "token_endpoint": f"{self.address}/token",
                    "jwks_uri": f"{self.address}/keys",
                    "end_session_endpoint": f"{self.address}/logout",
                    "response_types_supported": ["code"],
                    "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256"],
                    "code_challenge_methods_supported": ["S256"],
                }
            case "/keys":
                return self._keys
            case "/authorize":
                code = secrets.token_hex(16)
                self.codes[code] = asked
                told = {"error": self.refuses} if self.refuses else {"code": code}
                return f"{asked['redirect_uri']}?{urlencode({**told, 'state': asked['state']})}"
            case "/token":
                return self._token(asked)
            case "/logout":
                self.signed_out += 1
                return asked["post_logout_redirect_uri"]
        return None

    def _token(self, asked: dict[str, str]) -> dict[str, Any] | None:
        before = self.codes.pop(asked.get("code", ""), None)
        proof = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).decode().rstrip("=")
        if (
            before is None
            or before["code_challenge"] != challenge
            or before["redirect_uri"] != asked["redirect_uri"]
            or (asked["client_id"], asked["client_secret"]) != (CLIENT, self.secret)
        ):
            return None
        now = int(time.time())
        told = {
            "iss": self.address,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": before["nonce"],
            **self.claims,
        }
        key = "" if self.algorithm == "none" else self.key
        token = jwt.encode(told, key, self.algorithm, headers={"kid": "1"})
        return {"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": token}


@contextmanager
def providing() -> Iterator[Provider]:
    """A provider on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            self._answer(url.path, _first(url.query))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            asked = _first(body)
            kind, _, given = self.headers.get("Authorization", "").partition(" ")
            if kind == "Basic":
                name, _, secret = base64.b64decode(given).decode().partition(":")
                asked |= {"client_id": unquote(name), "client_secret": unquote(secret)}
            self._answer(urlsplit(self.path).path, asked)

        def _answer(self, path: str, asked: dict[str, str]) -> None:
            answer = None if provider.is_down else provider.answer(path, asked)
            if isinstance(answer, str):
                self.send_response(302)
                self.send_header("Location", answer)
                self.end_headers()
                return
            status = 503 if provider.is_down else 200 if answer else 401
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(answer or {"error": "invalid_client"}).encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        provider = Provider(f"http://127.0.0.1:{server.server_port}")
        Thread(target=server.serve_forever, daemon=True).start()
        yield provider
        server.shutdown()


def _first(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
