"""Log-in by password, and the sessions that follow it.

A session is proved by a random token of 256 bits, of which the database keeps the SHA-256 only.
It ends after a time without use and, used or not, after a longer one (OWASP ASVS 5.0, 7.3).
Another token, which follows from the first one and does not lead back to it, ends the session and
does nothing else: a phone that is left without network may keep it until it can be sent.
Tries are counted (`services.tries`), those to change a password as well as those to log in.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from services import audit, caller, errors, passwords, tries
from services.caller import Caller, Role
from services.database import Database, Transaction
from services.rights import Door

IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=12)
_SEEN_EVERY = timedelta(minutes=1)
_LEAVING = b"wangge.leave"

_ACCOUNT = sa.text("""
    SELECT id, name, password_hash, disabled_at FROM accounts WHERE name = :name
""")
_OPEN = sa.text("""
    INSERT INTO sessions (token_hash, account_id, csrf) VALUES (:hash, :account, :csrf)
""")
_FIND = sa.text("""
    SELECT s.account_id, s.csrf, a.name, a.display_name, a.role, a.must_change_password,
           s.seen_at < now() - CAST(:seen_every AS interval) AS stale,
           s.created_at + CAST(:absolute AS interval) AS ends_at
    FROM sessions s JOIN accounts a ON a.id = s.account_id
    WHERE s.token_hash = :hash AND a.disabled_at IS NULL
      AND s.seen_at > now() - CAST(:idle AS interval)
      AND s.created_at > now() - CAST(:absolute AS interval)
""")
_SEEN = sa.text("UPDATE sessions SET seen_at = now() WHERE token_hash = :hash")
_CLOSE = sa.text("""
    DELETE FROM sessions s USING accounts a WHERE s.token_hash = :hash AND a.id = s.account_id
    RETURNING a.name
""")
_LEAVE = sa.text("""
    DELETE FROM sessions s USING accounts a
    WHERE sha256(CAST(:leaving AS bytea) || s.token_hash) = :leave AND a.id = s.account_id
    RETURNING a.name
""")
_EXPIRED = sa.text("""
    DELETE FROM sessions WHERE seen_at < now() - CAST(:idle AS interval)
        OR created_at < now() - CAST(:absolute AS interval)
""")
_LOGGED_IN = sa.text("""
    UPDATE accounts SET last_login_at = now(), password_hash = coalesce(:renewed, password_hash)
    WHERE id = :id
""")
# Who is bound already goes before who is only called so.
_VOUCHED = sa.text("""
    SELECT id, name, disabled_at FROM accounts
    WHERE oidc_subject = :subject OR (oidc_subject IS NULL AND name = :name
        AND NOT EXISTS (SELECT FROM accounts b WHERE b.oidc_subject = :subject))
    FOR UPDATE
""")
# A first password that an administrator saw, and nobody ever changed, opens nothing any more.
_BIND = sa.text("""
    UPDATE accounts SET oidc_subject = :subject, last_login_at = now(),
        password_hash = CASE WHEN must_change_password THEN NULL ELSE password_hash END,
        must_change_password = false
    WHERE id = :id
""")
_CHOSEN = sa.text("""
    UPDATE accounts SET password_hash = :hash, must_change_password = false WHERE id = :id
""")
_END_OTHERS = sa.text("DELETE FROM sessions WHERE account_id = :id AND token_hash <> :hash")
_LOG_IN, _CHANGE = "log in:", "change password:"  # what is tried, then whose


@dataclass(frozen=True)
class Session:
    """Someone who has logged in.

    Attributes
    ----------
    csrf
        What a form of theirs must carry.
    leave
        What ends it, sent by whomever, and opens nothing; 64 hexadecimal digits.
    ends_at
        When it is over at the latest, however much it is used.
    """

    caller: Caller
    display_name: str
    csrf: str
    leave: str
    must_change_password: bool
    ends_at: datetime


def log_in(database: Database, name: str, password: str, address: str) -> str:
    """Open a session; return the token that proves it. A try that failed is kept, too.

    Parameters
    ----------
    address
        Where the request comes from, for the throttle.

    Raises
    ------
    errors.ThrottledError
        Too many tries failed under this name or from this address.
    errors.UnknownCallerError
        Name or password is wrong, or the account is disabled; which one is not told.
    """
    wanted = name.strip().lower()
    number = tries.begin(database, _LOG_IN + wanted, address)
    with database.transaction(caller.gatekeeper(), Door.GATE) as tx:
        row = tx.sql.execute(_ACCOUNT, {"name": wanted}).one_or_none()
        active = row is not None and row.disabled_at is None
        right, renewed = passwords.is_right(password, row.password_hash if row and active else None)
        if row is None or not right:
            tries.failed(tx, number, address)
            audit.append(tx, "login_failed", row.name if row else None)
            tx.commit()
            raise errors.UnknownCallerError("error.login.wrong")
        tries.forgive(tx, _LOG_IN + wanted)
        tx.sql.execute(_LOGGED_IN, {"id": row.id, "renewed": renewed})
        token = opened(tx, row.id, row.name)
        tx.commit()
    return token


def log_in_vouched(tx: Transaction, subject: str, name: str) -> str:
    """Open a session of the account that an identity provider vouches for; return its token.

    The first time, the account is found by its name and bound to the person; from then on by the
    person, whatever they are called there. Nobody logs in to an account that is another's.

    Parameters
    ----------
    subject
        The person at the provider, unique and never given to another one.

    Raises
    ------
    errors.UnknownCallerError
        There is no such account, it is disabled, or bound to somebody else; which is not told.
    """
    row = tx.sql.execute(_VOUCHED, {"subject": subject, "name": name}).one_or_none()
    if row is None or row.disabled_at is not None:
        audit.append(tx, "login_failed", row.name if row else None)
        tx.commit()
        raise errors.UnknownCallerError("error.oidc.account")
    tx.sql.execute(_BIND, {"id": row.id, "subject": subject})
    return opened(tx, row.id, row.name)


def opened(tx: Transaction, account_id: int, name: str) -> str:
    """Open a session of an account that has proved itself; return the session's token."""
    tx.sql.execute(_EXPIRED, {"idle": IDLE, "absolute": ABSOLUTE})
    token = secrets.token_urlsafe(32)
    row = {"hash": _digest(token), "account": account_id, "csrf": secrets.token_urlsafe(32)}
    tx.sql.execute(_OPEN, row)
    audit.append(tx, "login", name)
    return token


def find(tx: Transaction, token: str) -> Session:
    """Return the session that a token proves, and note that it is in use.

    Raises
    ------
    errors.UnknownCallerError
        It is over, or never was.
    """
    values = {
        "hash": _digest(token),
        "idle": IDLE,
        "absolute": ABSOLUTE,
        "seen_every": _SEEN_EVERY,
    }
    row = tx.sql.execute(_FIND, values).one_or_none()
    if row is None:
        raise errors.UnknownCallerError("error.login.over")
    if row.stale:
        tx.sql.execute(_SEEN, {"hash": _digest(token)})
    caller = Caller(row.name, Role(row.role), row.account_id)
    return Session(
        caller=caller,
        display_name=row.display_name,
        csrf=row.csrf,
        leave=hashlib.sha256(_LEAVING + _digest(token)).hexdigest(),
        must_change_password=row.must_change_password,
        ends_at=row.ends_at,
    )


def close(tx: Transaction, token: str) -> None:
    """End a session; one that is over already stays so."""
    name = tx.sql.execute(_CLOSE, {"hash": _digest(token)}).scalar_one_or_none()
    if name is not None:
        audit.append(tx, "logout", name)


def leave(tx: Transaction, token: str) -> None:
    """End the session that a token to leave belongs to; one that is over already stays so.

    Parameters
    ----------
    token
        `Session.leave`. Anything else ends nothing.
    """
    try:
        wanted = bytes.fromhex(token)
    except ValueError:
        return
    name = tx.sql.execute(_LEAVE, {"leaving": _LEAVING, "leave": wanted}).scalar_one_or_none()
    if name is not None:
        audit.append(tx, "logout", name)


def change_password(database: Database, token: str, old: str, new: str, address: str) -> None:
    """Let someone who has logged in choose another password; other sessions of theirs end.

    Whoever has got hold of a session cannot guess on: tries are counted, and kept.

    Parameters
    ----------
    address
        Where the request comes from, for the throttle.

    Raises
    ------
    errors.UnknownCallerError
        The session is over.
    errors.ThrottledError
        Too many tries failed; logging in goes on to be possible.
    errors.RefusedError
        The old password is wrong, or the new one may not be used.
    """
    with database.transaction(caller.gatekeeper(), Door.GATE) as tx:
        asker = find(tx, token).caller
    passwords.check(new, asker.name)
    if new == old:
        raise errors.RefusedError("error.password.same")
    number = tries.begin(database, _CHANGE + asker.name, address)
    with database.transaction(asker, Door.GATE) as tx:
        row = tx.sql.execute(_ACCOUNT, {"name": asker.name}).one()
        if not passwords.is_right(old, row.password_hash)[0]:
            tries.failed(tx, number, address)
            audit.append(tx, "account_password_failed", asker.name)
            tx.commit()
            raise errors.RefusedError("error.password.old")
        tries.forgive(tx, _CHANGE + asker.name)
        tx.sql.execute(_CHOSEN, {"hash": passwords.hashed(new), "id": row.id})
        tx.sql.execute(_END_OTHERS, {"id": row.id, "hash": _digest(token)})
        audit.append(tx, "account_password", asker.name)
        tx.commit()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
