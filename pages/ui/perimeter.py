"""Under which names the app answers, and whether a visitor's connection is encrypted: what a proxy
may say, and what it may not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

LOOPBACK = "localhost"
# What proxies say of the visitor's side of the connection; of several hops the first is the
# visitor's.
_SCHEMES = (
    "x-forwarded-proto",
    "x-forwarded-scheme",
    "x-scheme",
    "x-url-scheme",
    "cloudfront-forwarded-proto",
)
_SWITCHES = ("x-forwarded-ssl", "front-end-https", "x-forwarded-https")


def name_of(host: str) -> str | None:
    """The bare name in a Host header (`Name:port`, `[::1]:port`), in lower case; None where there
    is none that could be meant."""
    try:
        parts = urlsplit(f"//{host}")
        parts.port  # noqa: B018 - raises where it is no number
    except ValueError:
        return None
    if not parts.hostname or parts.netloc != host or "@" in host or re.search(r"[\s\\]", host):
        return None
    return parts.hostname.lower().rstrip(".") or None


def is_loopback(name: str) -> bool:
    """Whether a name means this machine and cannot be made to mean another: no name server is asked
    for it."""
    if name == LOOPBACK:
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def listed(name: str, allowed: Sequence[str]) -> bool:
    """Whether a name stands in `server.allowedHosts`: `*` is every name, `*.x.cn` every name below
    x.cn."""
    for pattern in (pattern_text.strip().lower().rstrip(".") for pattern_text in allowed):
        if pattern in ("*", name) or (pattern.startswith("*.") and name.endswith(pattern[1:])):
            return True
    return False


def answers_to(host: str | None, allowed: Sequence[str], *, login: bool) -> bool:
    """Whether the app may answer under the name that a request was sent to.

    A page of another site can point its own name at this machine and then reads whatever answers to
    it. Where nobody logs in only the machine's own names are safe; where somebody does, the login's
    cookie knows its name.
    """
    name = name_of(host) if host else None
    if name is None:
        return False
    if allowed:
        return listed(name, allowed)
    return login or is_loopback(name)


def same_site(
    origin: str | None, host: str | None, allowed: Sequence[str], origins: Sequence[str] = ()
) -> bool:
    """Whether a page that calls is one of ours: of the same host, of this machine, of a listed
    host, or named by `corsAllowedOrigins`."""
    if origin is None:
        return True
    if origin in origins:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    name = name_of(parts.netloc) if parts.scheme in ("http", "https") else None
    if name is None:
        return False
    ours = name_of(host) if host else None
    if parts.netloc == host:
        return True
    return (
        listed(name, allowed)
        if allowed
        else ours is not None and is_loopback(name) and is_loopback(ours)
    )


def encrypted(scheme: str, headers: Mapping[str, str], address: str) -> bool:
    """Whether the visitor's browser speaks over TLS: to us, to the proxy that says so in any
    spelling, or because the app's own `address` (the login's return address) begins with https.

    Anybody may claim it of their own connection, and then only binds their own cookies to it;
    nobody can claim the contrary.
    """
    if scheme in ("https", "wss") or address.lower().startswith("https:"):
        return True
    said = [headers[header].split(",")[0] for header in _SCHEMES if header in headers]
    said += re.findall(
        r"(?i)(?:^|[;,\s])proto=([^;,]*)", headers.get("forwarded", "").split(",")[0]
    )
    if any(scheme.strip().strip('"').lower() in ("https", "wss") for scheme in said):
        return True
    return any(
        headers.get(header, "").split(",")[0].strip().lower() == "on" for header in _SWITCHES
    )
