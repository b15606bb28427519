"""Kinds of facility, in the order in which checklists show them."""

from enum import StrEnum


class FacilityKind(StrEnum):
    """What a facility is; the first three stand in every community by the district's letter."""

    DAY_CARE = "day_care"
    FITNESS_SQUARE = "fitness_square"
    RAMP = "ramp"
    COMMUNITY_OFFICE = "community_office"
    HEALTH_STATION = "health_station"
    SERVICE_HALL = "service_hall"
    CHARITY_SUPERMARKET = "charity_supermarket"
    CULTURAL_SQUARE = "cultural_square"
    CHILDRENS_PARK = "childrens_park"
    MEETING_ROOM = "meeting_room"
    PARTY_ROOM = "party_room"
    E_STATION = "e_station"
    WOMENS_HOME = "womens_home"
    CHILDRENS_HOME = "childrens_home"
    CULTURE_STATION = "culture_station"
    FIRE_STATION = "fire_station"
    MEDIATION_ROOM = "mediation_room"
    READING_ROOM = "reading_room"
    SCHOOL = "school"
    MARKET = "market"
    OTHER = "other"
