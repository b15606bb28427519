"""What answers the themes' questions, each with what it remembers."""

from dataclasses import dataclass, field

from services.themes.day_care import DayCare
from services.themes.patrol import Patrol


@dataclass(frozen=True)
class Themes:
    """One of each theme, for a process or for a command."""

    day_care: DayCare = field(default_factory=DayCare)
    patrol: Patrol = field(default_factory=Patrol)
