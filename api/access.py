"""Who may ask: the Host header, the access key, and the headers that keep answers where they belong."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.keyring import Keyring
from api.languages import request_language
from api.problems import HostRefused, TokenRefused, problem_response
from geo.errors import PatokError, SetupError
from geo.text import Text

SIGN_IN = "/v1/sign-in"
"""Where the code of the link is exchanged: the one address of the API that needs no token."""

LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")

_HOST = re.compile(r"(?:\[(?P<bracketed>[0-9A-Fa-f:.]+)\]|(?P<bare>[A-Za-z0-9._-]+))(?::[0-9]{1,5})?")

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "worker-src 'self'",
        "font-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'none'",
    )
)
"""What the page may load: only what this server serves. MapLibre's worker is a file of this server."""

SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class BindRefused(SetupError):
    """The server would be open to the network, and nobody could tell who asks."""

    code = "BIND_REFUSED"
    text = Text(
        en="Patok does not listen on {host} without an access key, because household coordinates are never "
        "open. Make one with patok key create, or listen on 127.0.0.1.",
        id="Patok tidak melayani {host} tanpa kunci akses, karena koordinat keluarga tidak boleh terbuka. "
        "Buat dengan patok key create, atau layani 127.0.0.1 saja.",
    )


def check_bind(host: str, *, has_keys: bool) -> None:
    """Raise ``BindRefused`` when ``host`` can be reached from other machines and there is no key at all."""
    if not has_keys and not is_loopback(host):
        raise BindRefused(host=host or "0.0.0.0")


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is this machine only. Names other than localhost are not trusted."""
    bare = host.strip("[]")
    if bare.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def named_by(host: str) -> tuple[str, ...]:
    """What a Host header may say because the server listens there; nothing for "all addresses"."""
    try:
        return () if ipaddress.ip_address(host).is_unspecified else (host,)
    except ValueError:
        return (host,) if host else ()


def host_name(header: str) -> str:
    """The name in a Host header, without port and brackets, in lower case; empty if it is malformed."""
    found = _HOST.fullmatch(header)
    return (found["bracketed"] or found["bare"]).lower() if found else ""


class Gate:
    """ASGI middleware around everything: refuses other hosts and unknown callers, and adds the headers.

    The Host header is checked because of DNS rebinding: a page of another site whose name is made
    to point to 127.0.0.1 would otherwise read household data through the officer's own browser. Who asks
    is left in ``request.state.principal``.
    """

    def __init__(self, app: ASGIApp, *, keyring: Keyring, allowed_hosts: Sequence[str]) -> None:
        self.app = app
        self.keyring = keyring
        named = (host_name(f"[{host}]" if host.count(":") > 1 else host) for host in allowed_hosts)
        self.hosts = frozenset(name for name in named if name)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "no-cache" if is_page(scope) else "private, no-store")
            await send(message)

        try:
            await self._let_in(scope)
        except PatokError as refusal:
            scope.setdefault("state", {})["problem"] = refusal.code
            await problem_response(refusal, request_language(scope))(scope, receive, send_guarded)
        else:
            await self.app(scope, receive, send_guarded)

    async def _let_in(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        hosts = headers.getlist("host")
        if len(hosts) != 1 or host_name(hosts[0]) not in self.hosts:
            raise HostRefused()
        if is_page(scope) or scope["path"] == SIGN_IN or scope["path"].startswith("/health/"):
            return
        scheme, _, given = headers.get("authorization", "").partition(" ")
        token = given.strip()
        if scheme.lower() != "bearer" or not token:
            raise TokenRefused()
        principal = self.keyring.remembered(token)
        if principal is None:
            principal = await run_in_threadpool(self.keyring.look_up, token)
        if principal is None:
            raise TokenRefused()
        scope.setdefault("state", {})["principal"] = principal


def is_page(scope: Scope) -> bool:
    """The page and its files: the same for everybody, and what asks for the key."""
    path: str = scope["path"]
    return path == "/" or path.startswith("/web/")
