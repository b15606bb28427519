"""What answers the themes' questions, each with what it remembers."""

from services.theme_sources import Sources
from services.themes.day_care import DayCare
from services.themes.patrol import Patrol
from services.themes.ramps import Ramps


class Themes:
    """One of each theme, for a process or for a command; what they all read is read once.

    Parameters
    ----------
    day_care, ramps, patrol
        None: one that remembers nothing yet.
    """

    def __init__(
        self,
        day_care: DayCare | None = None,
        ramps: Ramps | None = None,
        patrol: Patrol | None = None,
    ) -> None:
        sources = Sources()
        self.day_care = day_care or DayCare(sources=sources)
        self.ramps = ramps or Ramps(sources=sources)
        self.patrol = patrol or Patrol()
