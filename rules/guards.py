"""Whether the guard of a row holds for the facts of a case, and whether two guards can hold at once."""

from typing import Any

from rules.rows import Guard


def holds(guard: Guard, facts: Guard) -> bool:
    """Return whether every key of `guard` holds for `facts`.

    A value is one value or a list of allowed ones. Against a fact that is a set (types, features) a
    value must be in it, and `!value` must not.
    """
    return all(_one_holds(wanted, facts.get(key)) for key, wanted in guard.items())


def _one_holds(wanted: Any, fact: Any) -> bool:
    options = wanted if isinstance(wanted, tuple) else (wanted,)
    if isinstance(fact, frozenset | set):
        return any((w[1:] not in fact) if w.startswith("!") else (w in fact) for w in options)
    return fact in options


SET_FACTS = frozenset({"types", "features"})


def exclude_each_other(one: Guard, other: Guard) -> bool:
    """Return whether no facts can satisfy both guards."""
    return any(_contradict(key, one[key], other[key]) for key in one.keys() & other.keys())


def _contradict(key: str, one: Any, other: Any) -> bool:
    """Two types can be applied for at once, so in a set only a value and its negation exclude each other."""
    if key in SET_FACTS:
        return bool(one == f"!{other}" or other == f"!{one}")
    return not set(one if isinstance(one, tuple) else (one,)) & set(
        other if isinstance(other, tuple) else (other,)
    )
