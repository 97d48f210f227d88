"""What a recipe can say about a model behind HTTP."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bouture.llm.http.addresses import is_loopback


class HttpOptions(BaseModel):
    """Address, key, time-outs and limits; each provider has its own defaults."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: str = Field(description="up to and with the version, e.g. http://localhost:8000/v1")
    key_variable: str = Field(
        "", description="NAME of the environment variable that holds the key; empty: no key"
    )
    timeout_s: float = Field(120.0, gt=0, description="seconds to wait for a whole answer")
    connect_timeout_s: float = Field(10.0, gt=0, description="seconds to wait for a connection")
    context: int | None = Field(
        None,
        gt=0,
        description="tokens the model takes, prompt and answer together: what surely does not fit "
        "is refused before it is sent; absent: asked of the server where it can say",
    )
    parameters: dict[str, Any] = Field(
        {},
        description="sent with each request for the server's own needs; what changes the "
        "answer belongs with the model's parameters",
    )
    proxy: str = Field("", description="address of an HTTP proxy; none is taken from elsewhere")
    ca_file: Path | None = Field(
        None, description="certificates (PEM) of your network's own authority, instead of the usual"
    )
    max_answer_mb: float = Field(
        16.0, gt=0, le=1024, description="megabytes of one answer after which reading stops"
    )
    insecure: bool = Field(
        False, description="let the key go unencrypted, over http, to another machine"
    )
    offline: bool = Field(False, description="connect to nothing but this machine")

    @field_validator("base_url", "proxy")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("give the full address, e.g. http://localhost:8000/v1")
        if parts.username or parts.password:
            raise ValueError("no password in the address: use key_variable")
        if parts.query or parts.fragment:
            raise ValueError("no ? and no # in the address")
        _ = parts.port
        return value.rstrip("/")

    @field_validator("base_url")
    @classmethod
    def _needed(cls, value: str) -> str:
        if not value:
            raise ValueError("give the full address, e.g. http://localhost:8000/v1")
        return value

    @field_validator("key_variable")
    @classmethod
    def _variable(cls, value: str) -> str:
        if value and not re.fullmatch(r"[A-Z_][A-Z0-9_]*", value):
            raise ValueError(
                "give the NAME of an environment variable (capitals, digits, _), never the key"
            )
        return value

    @model_validator(mode="after")
    def _in_clear(self) -> "HttpOptions":
        if self.key_variable and not self.insecure and self.address.scheme == "http":
            away = [host for host in self.contacts if not is_loopback(host)]
            if away:
                raise ValueError(
                    f"the key would travel unencrypted to {away[0]}: use https, or `insecure: true`"
                )
        return self

    @property
    def address(self) -> SplitResult:
        """The parts of `base_url`."""
        return urlsplit(self.base_url)

    @property
    def contacts(self) -> tuple[str, ...]:
        """The host of `base_url`, and that of the proxy when there is one."""
        hosts = [urlsplit(address).hostname for address in (self.base_url, self.proxy) if address]
        return tuple(host for host in hosts if host)
