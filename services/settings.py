"""Settings, read from the environment once, by whoever starts a process."""

from enum import StrEnum
from pathlib import Path

import psycopg
from psycopg import conninfo
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Language(StrEnum):
    """Languages of the user interface."""

    ZH = "zh"
    EN = "en"


class Settings(BaseSettings):
    """What the environment says; `docs/settings.md` lists every line.

    Attributes
    ----------
    home
        Folder of the private cluster, the keys and the spool of uploads.
    database_url
        A PostgreSQL server of one's own; without it the private cluster is used.
    basemap_url
        Address pattern of an online basemap, ``{z}/{x}/{y}``; without it none is offered.
    public_url
        Address that browsers know the service by, where a proxy stands before it.
    proxies
        Addresses of proxies that are believed who asks and by what, see `docs/settings.md`.
    oidc_issuer, oidc_client_id, oidc_secret_file, oidc_claim
        An identity provider to log in by; without an issuer there is none.
    """

    model_config = SettingsConfigDict(env_prefix="WANGGE_", populate_by_name=True, frozen=True)

    home: Path = Path(__file__).resolve().parent.parent / ".wangge"
    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    lang: Language = Language.ZH
    workers: int = Field(default=1, ge=1, le=16)
    basemap_url: str | None = None
    public_url: str | None = None
    proxies: str = "127.0.0.1,::1"
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_secret_file: Path | None = None
    oidc_claim: str = "preferred_username"

    @field_validator("database_url")
    @classmethod
    def _is_libpq(cls, url: str | None) -> str | None:
        """Refuse what libpq cannot read, before anything is asked of it."""
        try:
            conninfo.conninfo_to_dict(url or "")
        except psycopg.ProgrammingError as error:
            message = "not an address of PostgreSQL"
            raise ValueError(message) from error
        return url
