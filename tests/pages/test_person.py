"""One person: whoever is chosen stays chosen."""

from collections.abc import Iterator

import pytest

from analytics.desk import Identity
from pages.ui import session


@pytest.fixture
def reader() -> Iterator[None]:
    session.use_identity(Identity())
    yield
    session.leave()


def test_the_chosen_person_stays_chosen_until_somebody_else_reads(reader):
    assert session.chosen_agent() is None
    session.choose_agent("A1016")
    session.use_identity(Identity())
    assert session.chosen_agent() == "A1016"
    session.use_identity(Identity(who="other@x.cn"))
    assert session.chosen_agent() is None


def test_nobody_in_particular_can_be_chosen_again(reader):
    session.choose_agent("A1016")
    session.choose_agent(None)
    assert session.chosen_agent() is None
