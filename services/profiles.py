"""Profiles: what people who cannot climb steps can pass. Data, in ``profiles.toml``."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gis.stepfree.traits import Profile
from services import errors
from services.rules import State

DEFAULT = "manual-wheelchair"
FILE = Path(__file__).with_name("profiles.toml")


@dataclass(frozen=True)
class NamedProfile:
    """A profile, its title by language code, whether it was checked, and where its figures are from."""

    name: str
    title: dict[str, str]
    limits: Profile
    state: State
    source: str


@cache
def _all() -> tuple[NamedProfile, ...]:
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return tuple(
        NamedProfile(
            row["name"],
            row["title"],
            Profile(
                float(row["incline_pct"]),
                float(row["ramp_pct"]),
                float(row["kerb_m"]),
                float(row["width_m"]),
                frozenset(row["refused"]),
            ),
            State(row["state"]),
            row["source"],
        )
        for row in content["profiles"]
    )


def names() -> list[str]:
    """Return the names of all profiles, in the order of the file."""
    return [profile.name for profile in _all()]


def load(name: str = DEFAULT) -> NamedProfile:
    """Return a profile.

    Raises
    ------
    errors.NotFoundError
        There is none of that name.
    """
    for profile in _all():
        if profile.name == name:
            return profile
    raise errors.NotFoundError("error.profiles.unknown", profile=name, known=", ".join(names()))
