"""Which day it is for the district."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")  # one time zone holds in all of China


def today() -> date:
    """Return the day it is in China Standard Time, wherever this machine stands."""
    return datetime.now(ZONE).date()


def moment(value: datetime) -> str:
    """Return a moment to the minute, in China Standard Time."""
    return value.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
