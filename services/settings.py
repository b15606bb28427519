"""Settings, read from the environment once, by whoever starts a process."""

from enum import StrEnum
from pathlib import Path

from pydantic import Field
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
    """

    model_config = SettingsConfigDict(env_prefix="WANGGE_", populate_by_name=True, frozen=True)

    home: Path = Path(__file__).resolve().parent.parent / ".wangge"
    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    lang: Language = Language.ZH
    workers: int = Field(default=1, ge=1, le=16)
    basemap_url: str | None = None
