"""What a page was asked for by a form and must not stand readable in its address.

Browsers do not show the answer to a form again: whoever went on to a household and back would lose
it. So a form is answered by an address in which what was asked is sealed, for nobody but the
account that asked: it can be gone back to, opened anew and paged, and tells a log nothing.
"""

import base64
import binascii
from typing import Any, Final

import orjson

from services import errors, sealing
from services.database import Transaction
from services.sealing import Sealer

LONGEST: Final = 12_000
"""Characters of a sealed text in an address."""


def seal(tx: Transaction, sealer: Sealer, page: str, asked: Any) -> str:
    """Return what was asked of a page, sealed for the caller, as text for an address."""
    content = orjson.dumps([tx.caller.account_id, page, asked])
    return base64.urlsafe_b64encode(sealing.held(tx, sealer).seal_bytes(content)).decode()


def unseal(tx: Transaction, sealer: Sealer, page: str, text: str) -> Any:
    """Return what was asked of a page.

    Raises
    ------
    errors.NotFoundError
        It was not sealed here, for this page and this caller, or its key is gone.
    """
    try:
        opened = sealing.held(tx, sealer).open_bytes(base64.urlsafe_b64decode(text))
    except (errors.RefusedError, binascii.Error, ValueError) as error:
        raise errors.NotFoundError("error.address.sealed") from error
    account, of, asked = orjson.loads(opened)
    if (account, of) != (tx.caller.account_id, page):
        raise errors.NotFoundError("error.address.sealed")
    return asked
