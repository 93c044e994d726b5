"""Values flow: whoever is handed one can neither change it nor find it changed."""

import importlib
import pkgutil

import analytics

# A reading gathers what it finds until it is done; migrations are scripts that Alembic runs.
APART = (
    "analytics.intake",
    "analytics.state.env",
    "analytics.state.versions",
    "analytics.__main__",
)


def test_every_value_of_the_core_is_frozen():
    loose = []
    for module in pkgutil.walk_packages(analytics.__path__, "analytics."):
        if module.name.startswith(APART):
            continue
        for thing in vars(importlib.import_module(module.name)).values():
            own = isinstance(thing, type) and thing.__module__ == module.name
            made = getattr(thing, "__dataclass_params__", None) if own else None
            if made is not None and not made.frozen:
                loose.append(f"{module.name}.{thing.__name__}")
    assert loose == []
