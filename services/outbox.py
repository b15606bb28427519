"""What a phone wrote down while it had no network, taken in one by one.

Each item carries the id it was given on the phone: sent twice, it is there once. Each is a
transaction of its own: what one of them lacks does not hold up the next.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import singledispatchmethod
from uuid import UUID

from services import errors
from services.caller import Caller
from services.database import Database, Transaction
from services.households import changes, notes, visits
from services.households.changes import Proposal
from services.households.notes import Note
from services.households.visits import Visit
from services.rights import Door
from services.sealing import Sealer

Item = Visit | Note | Proposal


class Receipt(StrEnum):
    """What became of an item."""

    STORED = "stored"
    KNOWN = "known"  # it was there already
    CONFLICT = "conflict"  # kept, and somebody changed the same since: a person decides
    REFUSED = "refused"  # not kept, and why


@dataclass(frozen=True)
class Received:
    """What became of an item.

    Attributes
    ----------
    conflicts
        Fields that somebody else changed since it was written.
    error
        Why it was refused.
    """

    id: UUID
    receipt: Receipt
    conflicts: tuple[str, ...] = ()
    error: errors.WanggeError | None = None


@dataclass(frozen=True)
class Inbox:
    """Takes in what a phone sends.

    Attributes
    ----------
    today
        The day it is for the district.
    """

    database: Database
    sealer: Sealer
    today: date

    def receive(self, caller: Caller, item: Item) -> Received:
        """Keep an item, unless it cannot be kept.

        Raises
        ------
        errors.DatabaseError
            The database cannot be reached: the item is to be sent again.
        """
        try:
            with self.database.transaction(caller, Door.PEOPLE) as tx:
                received = self._keep(item, tx)
                tx.commit()
        except errors.DatabaseError:
            raise
        except errors.WanggeError as error:
            return Received(item.id, Receipt.REFUSED, error=error)
        return received

    @singledispatchmethod
    def _keep(self, item: object, tx: Transaction) -> Received:
        raise TypeError(f"{type(item).__name__} under {tx.caller.role} is nothing an outbox holds")

    @_keep.register
    def _visit(self, item: Visit, tx: Transaction) -> Received:
        return Received(item.id, _receipt(is_new=visits.log(tx, item).is_new))

    @_keep.register
    def _note(self, item: Note, tx: Transaction) -> Received:
        return Received(item.id, _receipt(is_new=notes.add(tx, item).is_new))

    @_keep.register
    def _change(self, item: Proposal, tx: Transaction) -> Received:
        proposed = changes.propose(tx, self.sealer, item, self.today)
        if proposed.change.conflicts:
            return Received(item.id, Receipt.CONFLICT, proposed.change.conflicts)
        return Received(item.id, _receipt(is_new=proposed.is_new))


def _receipt(*, is_new: bool) -> Receipt:
    return Receipt.STORED if is_new else Receipt.KNOWN
