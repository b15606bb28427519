"""Errors in the users' words: a message key and its data; the words live in the catalogues.

Every error of the services derives from `WanggeError`. A class stands for one way to answer
(refused, not found, ...): `web` has one table from class to HTTP status and exit code.
"""

from collections.abc import Mapping


class WanggeError(Exception):
    """Something went wrong that the user can be told about.

    Parameters
    ----------
    key
        Message key, found in every catalogue, e.g. ``error.import.unknown_parent``.
    params
        Values the message names. Never personal data.
    """

    def __init__(self, key: str, **params: object) -> None:
        self.key = key
        self.params = params
        super().__init__(f"{key} {params}" if params else key)


class RefusedError(WanggeError):
    """The input is not acceptable; nothing was changed."""


class FaultsError(RefusedError):
    """Some values are not acceptable; nothing was changed.

    Parameters
    ----------
    faults
        What is wrong with each, by the name of the field.
    """

    def __init__(self, faults: Mapping[str, WanggeError]) -> None:
        super().__init__("error.form.faults", names=", ".join(faults))
        self.faults = dict(faults)


class NotFoundError(WanggeError):
    """What was asked for does not exist, or not for this caller."""


class UnknownCallerError(WanggeError):
    """Nobody has logged in, or what proves it is no longer valid."""


class ForbiddenError(WanggeError):
    """Whoever asks may not ask for this at all."""


class ThrottledError(WanggeError):
    """Too many tries; later again."""


class ConflictError(WanggeError):
    """Someone else is at it, or was quicker; try again."""


class ClusterError(WanggeError):
    """The private cluster cannot be made, found or started."""


class DatabaseError(WanggeError):
    """The database cannot be reached or lacks what we need."""


class ProviderError(WanggeError):
    """The identity provider cannot be asked, or is not set up rightly."""


class CancelledError(WanggeError):
    """The work was cancelled by a user; nothing was changed."""
