"""Everything an operator may set; read once, at start.

Values come from ``FUWU_…`` variables (nested ones as ``FUWU_JIRA__URL``) or from the
TOML file that ``FUWU_CONFIG`` names. A part that is absent is switched off.
"""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from typing_extensions import override

_ROBOT_HOSTS = ("qyapi.weixin.qq.com", "oapi.dingtalk.com", "open.feishu.cn")


_KINDS = ("sqlite:///", "postgresql://", "postgresql+psycopg://")


class SmtpSettings(BaseModel):
    """Where mail goes out; without it mail stays in the outbox of the pages.

    ``url`` is ``smtps://[user@]host[:port]``, encrypted from the start, or
    ``smtp://…``, encrypted by STARTTLS where the server can. ``require_tls`` refuses
    to go on where it cannot: by default where there is a password. ``ca_file`` holds
    certificates that are trusted instead of the machine's.
    """

    url: str
    sender: str = "fuwu@localhost"
    password: SecretStr | None = None
    require_tls: bool | None = None
    ca_file: str | None = None
    timeout_seconds: float = Field(default=20, gt=0)


class RemoteSettings(BaseModel):
    """How to reach another system (JIRA, ERP, project management).

    ``token`` goes as Bearer, or with ``user`` as the password of HTTP Basic.
    ``ca_file`` holds certificates that are trusted instead of the machine's. At a
    ``file:///…`` address work is dropped as files, to be answered in
    ``answer_hours``.
    """

    url: str
    user: str | None = None
    token: SecretStr | None = None
    timeout_seconds: float = Field(default=10, gt=0)
    answer_hours: float = Field(default=24, gt=0)
    ca_file: str | None = None


class JiraSettings(RemoteSettings):
    """How to reach JIRA, where issues are opened there, and how they are followed.

    ``transitions`` lead from results of requirements (``delivered``) to the status
    that their issue is to get. ``webhook_secret`` is that of a webhook which tells
    of changes; without one the status is asked for every ``poll_minutes`` (0: never).
    """

    api: Literal[2, 3] = 2
    project: str = "FUWU"
    issue_type: str = "Task"
    transitions: dict[str, str] = Field(default_factory=dict)
    webhook_secret: SecretStr | None = None
    poll_minutes: float = Field(default=5, ge=0)


_LENGTH = r"^P([1-9]\d*(D|W|M|WD)|T[1-9]\d*(H|WH))$"


class TrackingSettings(BaseModel):
    """How progress is tracked (A10)."""

    tolerance_days: int = Field(default=5, ge=0, description="Before a plan change.")
    site_record: str = Field(
        default="P7D", pattern=_LENGTH, description="Between site records."
    )
    progress: str = Field(
        default="P7D", pattern=_LENGTH, description="Between looks at the progress."
    )
    quality: str = Field(
        default="P14D", pattern=_LENGTH, description="Between looks at the quality."
    )


class RemindersSettings(BaseModel):
    """When people are told of their tasks; never at night or on free days."""

    before_hours: float = Field(
        default=4, ge=0, le=400, description="Working hours before due; 0: never."
    )
    before_by_task: dict[str, float] = Field(
        default_factory=dict, description="The same by element id."
    )
    overdue_again: bool = Field(default=True, description="After one working day.")
    digest: bool = Field(default=True, description="Each working morning.")


class Settings(BaseSettings):
    """All settings of one server or worker."""

    model_config = SettingsConfigDict(
        env_prefix="FUWU_", env_nested_delimiter="__", frozen=True, extra="ignore"
    )

    config: Path | None = Field(default=None, description="A TOML file with settings.")
    data: Path = Field(description="Folder of the SQLite file and the documents.")
    database_url: str = Field(description="sqlite:///… or postgresql://…")
    lock_wait_ms: int = Field(
        default=15_000, ge=1, description="For whoever writes, before 503."
    )
    session_secret: SecretStr = Field(min_length=32)
    secret_keys: tuple[Annotated[SecretStr, Field(min_length=32)], ...] = Field(
        default=(), description="Seal secrets of webhooks and robots; the first one."
    )
    outgoing: tuple[str, ...] = Field(
        default=_ROBOT_HOSTS,
        description="What webhooks and robots may call: hosts, *.domains, networks.",
    )
    public_url: str = Field(default="", description="Of this server, for links.")
    sample: bool = Field(default=False, description="Serve the sample people and data.")
    sample_password: SecretStr | None = None
    admin_password: SecretStr | None = None
    password_memory_kib: int = Field(
        default=64 * 1024,
        ge=8 * 4,
        description="Of a hash; less in tests.",
    )
    password_rounds: int = Field(default=3, ge=1, description="Of a hash.")
    test_clock: bool = Field(default=False, description="PUT /v2/clock exists.")
    duties_file: Path | None = Field(default=None, description="Seeds version 1.")
    job_attempts: int = Field(default=8, ge=1, description="Before an incident.")
    job_threads: int = Field(default=6, ge=1)
    answer_wait_seconds: float = Field(
        default=5, ge=0, description="How long an answer waits for remote work."
    )
    max_upload_bytes: int = Field(default=50 * 1024 * 1024, ge=1)
    max_body_bytes: int = Field(default=1024 * 1024, ge=1)
    session_hours: int = Field(default=12, ge=1)
    hot_instances: int = Field(default=1000, ge=0)
    snapshot_days: int = Field(
        default=90, ge=0, description="For which a migration can be undone."
    )
    loop_notify_after: int = Field(default=3, ge=1, description="A8: rounds.")
    secure_cookies: bool = Field(default=False, description="True behind HTTPS.")
    pre_expiry_notice_days: tuple[int, ...] = Field(
        default=(60, 30, 7), description="X6: before the end of a service period."
    )
    grace_days: int = Field(
        default=0, ge=0, description="A26: entitled after the end, while undecided."
    )
    reopen_days: int = Field(
        default=30, ge=0, description="A33: after closing, for a change of mind."
    )
    reminders: RemindersSettings = RemindersSettings()
    tracking: TrackingSettings = TrackingSettings()
    smtp: SmtpSettings | None = None
    jira: JiraSettings | None = None
    erp: RemoteSettings | None = None
    pm: RemoteSettings | None = None

    @field_validator("database_url")
    @classmethod
    def _known_kind(cls, value: str) -> str:
        if value.startswith(_KINDS):
            return value
        raise ValueError(f"begins with {' or '.join(_KINDS)}, not with {value[:20]!r}")

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let arguments win over variables, and variables over the file."""
        given = init_settings().get("config") or env_settings().get("config")
        sources = [init_settings, env_settings]
        if given:
            sources.append(TomlConfigSettingsSource(settings_cls, Path(given)))
        return tuple(sources)

    @classmethod
    def sources(cls, **arguments: Any) -> dict[str, Any]:
        """Return what is set anywhere, before defaults and checks."""
        found: dict[str, Any] = {}
        for source in reversed(_sources_of(cls, arguments)):
            found |= source()
        return found


def _sources_of(
    settings: type[Settings], arguments: dict[str, Any]
) -> tuple[PydanticBaseSettingsSource, ...]:
    given = InitSettingsSource(settings, arguments)
    environment = EnvSettingsSource(settings)
    return settings.settings_customise_sources(
        settings, given, environment, environment, environment
    )


def default_data_folder() -> Path:
    """Return the user's own folder for data (``XDG_DATA_HOME`` where it is set)."""
    home = os.environ.get("XDG_DATA_HOME")  # noqa: TID251 - settings are read here
    return (Path(home) if home else Path.home() / ".local" / "share") / "fuwu"
