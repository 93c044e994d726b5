"""The address that sheets had: it leads to the page of the person."""

from pages.ui import person, session

person.open_person(session.parameter("agent"), "sheet")
