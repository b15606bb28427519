"""What people type of a plan: places as longitude and latitude."""

from services import errors


def place(text: str) -> tuple[float, float] | None:
    """Read ``longitude, latitude``, degrees; None: nothing was typed.

    Raises
    ------
    services.errors.RefusedError
        It is no place.
    """
    if not text.strip():
        return None
    try:
        lon, lat = (float(part) for part in text.replace("，", ",").split(","))
    except ValueError as error:
        raise errors.RefusedError("error.plan.place") from error
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise errors.RefusedError("error.plan.place")
    return lon, lat
