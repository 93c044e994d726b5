"""Whether the secret that signs login cookies could be guessed: who has it logs in as anybody."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

BYTES = 32
# What one character holds, by the spelling it belongs to.
BITS = {"digits": 3.32, "hex": 4.0, "one case": 5.0, "any": 6.0}
SIZE = {"digits": 10, "hex": 16, "one case": 32, "any": 64}
DISTINCT = 0.6  # of the different characters that chance would give: fewer were not drawn
REPEAT = 8  # characters that come again in the same order only where somebody repeated them
# Three in ten neighbours among the commonest pairs of English and Pinyin: words; of random ones a
# twentieth are.
PAIRS = re.compile(
    "(?i)th|he|in|er|an|re|on|at|en|nd|ti|es|or|te|of|ed|is|it|al|ar|st|to|nt|ng|se|ha|as|"
    "ou|io|le|ve|co|me|de|hi|ri|ro|ic|ne|ea|ra|ce"
    "|li|ch|ll|be|ma|si|om|ur|ia|ao|ei|ai|ua|uo|sh|zh|ie|un"
)
WORDY = 0.3
STEPS = 1 / 2
PLACEHOLDERS = re.compile(
    r"secret|change|passwo|random|example|cookie|character|streamlit|replace|default|"
    r"insert|testing|1234567|qwerty|asdfgh",
    re.IGNORECASE,
)


def spelling(secret: str) -> str:
    """How random bytes would be spelled to look like this: as digits, hexadecimal, base32 or
    base64."""
    if re.fullmatch(r"[0-9]+", secret):
        return "digits"
    if re.fullmatch(r"[0-9a-f]+|[0-9A-F]+", secret):
        return "hex"
    return "any" if secret.lower() != secret and secret.upper() != secret else "one case"


@lru_cache(maxsize=8)
def weak(secret: str) -> bool:
    """Whether a secret holds less than 32 random bytes: too short for its spelling, or not drawn by
    chance at all.

    Found are repeated characters and blocks, counting up or down, words, and what an example or a
    keyboard offers. What is chosen to look random by hand may pass; of what
    `secrets.token_urlsafe(32)` makes one in a hundred thousand is refused.
    """
    bare = secret.strip().rstrip("=")
    kind = spelling(bare)
    count = len(bare)
    if count * BITS[kind] < BYTES * 8:
        return True
    size = SIZE[kind]
    expected = size * (1 - (1 - 1 / size) ** count)
    if len(set(bare)) < DISTINCT * expected or PLACEHOLDERS.search(bare):
        return True
    if kind == "one case" and bare.isalpha():
        return True
    blocks = [bare[start : start + REPEAT] for start in range(count - REPEAT + 1)]
    if len(set(blocks)) < len(blocks):
        return True
    neighbours = list(pairwise(bare))
    steps = sum(abs(ord(first) - ord(second)) <= 1 for first, second in neighbours)
    words = sum(PAIRS.match(first + second) is not None for first, second in neighbours)
    return steps > STEPS * len(neighbours) or words > WORDY * len(neighbours)
