"""What may be None, where a test has arranged that it is not."""

from typing import TypeVar

Value = TypeVar("Value")


def present(value: Value | None) -> Value:
    """The value itself; that there is none fails the test."""
    assert value is not None
    return value
