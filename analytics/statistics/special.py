"""Functions of scipy.special, imported when the first of them is called: most commands call none,
and it is slow to import."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def _late(name: str) -> Callable[..., Any]:
    def called(*values: Any) -> Any:
        return getattr(import_module("scipy.special"), name)(*values)

    return called


betainc, betaincinv, betaln = _late("betainc"), _late("betaincinv"), _late("betaln")
gammaincc, gammaincinv, gammaln = _late("gammaincc"), _late("gammaincinv"), _late("gammaln")
chdtrc, fdtrc, log_ndtr, ndtr, ndtri = map(_late, ("chdtrc", "fdtrc", "log_ndtr", "ndtr", "ndtri"))
stdtr, stdtrit = _late("stdtr"), _late("stdtrit")
