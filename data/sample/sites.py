"""Sites: ground floors where a facility can be."""

from dataclasses import dataclass

from gis.arrays import Bools, Floats, Int64s, Objects


@dataclass(frozen=True)
class Sites:
    """Where facilities can be: ground floors at the entrances; columns of shape (n,).

    `xy` is in plan metres, `households` how many live there, `first_household` the code of the
    one lowest down, empty where nobody lives.
    """

    xy: Floats
    lonlat: Floats
    community: Int64s
    households: Int64s
    address: Objects
    first_household: Objects

    def at(self, chosen: Bools) -> "Sites":
        """Keep some of the sites."""
        return Sites(
            self.xy[chosen],
            self.lonlat[chosen],
            self.community[chosen],
            self.households[chosen],
            self.address[chosen],
            self.first_household[chosen],
        )
