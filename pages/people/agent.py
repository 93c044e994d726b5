"""The address that an agent's figures had: it leads to the records of the person."""

from pages.ui import person, session

person.open_person(session.parameter("agent"), "records")
