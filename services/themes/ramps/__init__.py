"""Accessibility ramps: who can leave home and arrive without a step, per unit at every level.

Demand: residents with a mobility disability, and those of 80 and more. A way is step-free if it
uses no steps, no raised kerb, no incline above the limit of the profile, and starts and ends at
step-free entrances. What is not known is neither step-free nor blocked.
"""

from services.themes.ramps.query import Destination, Mend, RampsQuery
from services.themes.ramps.rows import RampRow
from services.themes.ramps.theme import Answer, Ramps

__all__ = ["Answer", "Destination", "Mend", "RampRow", "Ramps", "RampsQuery"]
