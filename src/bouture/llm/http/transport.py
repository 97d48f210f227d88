"""One exchange over HTTP: no redirect, no cookie, no proxy of the environment, and a bound on what is read.

Errors carry no trace of the exception of the HTTP library, whose headers hold the key.
"""

import socket
import ssl
import zlib
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from yarl import URL

from bouture.errors import ProviderError, ServerUnreachable
from bouture.llm.http.addresses import is_loopback
from bouture.llm.http.keys import Key
from bouture.llm.http.options import HttpOptions

_HEADERS = {
    "User-Agent": "bouture",
    "Accept": "application/json",
    "Accept-Encoding": "identity",
    "Content-Type": "application/json",
}


class Answer(msgspec.Struct, frozen=True):
    """What a server answered, whatever the status."""

    status: int
    raw: bytes
    """The body, unpacked, within the bound."""
    retry_after: str = ""
    date: str = ""


class Transport:
    """Connections to one server, opened by the first exchange and kept.

    Raises:
        ProviderError: an address that cannot be used, or is not on this machine when `offline`.
    """

    def __init__(self, options: HttpOptions, key: Key) -> None:
        self._options = options
        self._key = key
        self._most = int(options.max_answer_mb * 1_000_000)
        self._session: aiohttp.ClientSession | None = None
        self._blocked = False
        if options.offline:
            for host in options.contacts:
                if not is_loopback(host):
                    raise _not_here(host)

    async def send(
        self, method: str, url: URL, body: bytes | None = None, seconds: float | None = None
    ) -> Answer:
        """Sends once and reads the whole answer, within `seconds` when given.

        Raises:
            ServerUnreachable: no connection, no answer in time, an answer that is cut or too long.
            ProviderError: an address, certificate or proxy that no request will get past.
        """
        found = await self._exchange(method, url, body, seconds)
        if isinstance(found, ProviderError):
            raise found
        return found

    async def close(self) -> None:
        """Lets go of the connections; the next exchange opens new ones."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _exchange(
        self, method: str, url: URL, body: bytes | None, seconds: float | None
    ) -> Answer | ProviderError:
        """The answer, or the error to raise once the library's own exception is gone."""
        more: dict[str, Any] = {}
        if seconds is not None:
            more["timeout"] = aiohttp.ClientTimeout(total=seconds)
        if self._options.proxy:
            more["proxy"] = self._options.proxy
        try:
            async with self._open().request(
                method, url, data=body, allow_redirects=False, **more
            ) as answer:
                headers = answer.headers
                if (answer.content_length or 0) > self._most:
                    return self._too_long(answer)
                parts, size = [], 0
                while chunk := await answer.content.readany():
                    size += len(chunk)
                    if size > self._most:
                        return self._too_long(answer)
                    parts.append(chunk)
                raw = parts[0] if len(parts) == 1 else b"".join(parts)
                if packed := headers.get("Content-Encoding"):
                    raw = unpacked(raw, packed, self._most)
                return Answer(
                    answer.status, raw, headers.get("Retry-After", ""), headers.get("Date", "")
                )
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            return self._error(error, seconds)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = self._options.timeout_s
            self._session = aiohttp.ClientSession(
                headers={**_HEADERS, **self._key.headers},
                timeout=aiohttp.ClientTimeout(
                    total=timeout, connect=min(timeout, self._options.connect_timeout_s)
                ),
                connector=aiohttp.TCPConnector(
                    limit=0,
                    ssl=_authorities(self._options.ca_file),
                    socket_factory=self._local_socket if self._options.offline else None,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            )
        return self._session

    def _local_socket(self, place: Any) -> socket.socket:
        """A socket towards this machine only, whatever a name was said to stand for."""
        family, kind, protocol, _, address = place
        if not is_loopback(str(address[0])):
            self._blocked = True
            raise OSError(f"{address[0]} is not on this machine")
        return socket.socket(family, kind, protocol)

    def _error(self, error: Exception, seconds: float | None) -> ProviderError:
        url, options = self._options.base_url, self._options
        if self._blocked:
            return _not_here(url)
        said = self._key.clean(str(error) or type(error).__name__)
        if isinstance(error, aiohttp.ConnectionTimeoutError):
            late = ServerUnreachable(
                f"no connection to {url} within {options.connect_timeout_s:g} s",
                hint="see that the server runs and the address is right",
            )
            late.overloaded = True
            return late
        if isinstance(error, TimeoutError):
            late = ServerUnreachable(
                f"no answer within {seconds or options.timeout_s:g} s",
                hint="raise `timeout_s`, or lower `concurrency`",
            )
            late.overloaded = late.perhaps_billed = True
            return late
        if isinstance(error, aiohttp.InvalidURL):
            return ProviderError("the address of the model cannot be used", hint="correct it")
        if isinstance(error, aiohttp.ClientSSLError | aiohttp.ClientConnectorCertificateError):
            return ProviderError(
                f"no secure connection to {url}: {said}",
                hint="the certificate of the server is not trusted: name your authority in `ca_file`",
            )
        if isinstance(error, aiohttp.ClientHttpProxyError) and error.status in (401, 403, 407):
            return ProviderError(
                f"the proxy answered {error.status}", hint="bouture sends no password to a proxy"
            )
        broken = ServerUnreachable(
            f"no connection to {url}: {said}",
            hint="see that the server runs and the address is right",
        )
        if not isinstance(error, aiohttp.ClientConnectorError | aiohttp.ClientHttpProxyError):
            broken.message = f"the exchange with {url} broke: {said[:300]}"
            broken.perhaps_billed = True
        return broken

    def _too_long(self, answer: aiohttp.ClientResponse) -> ServerUnreachable:
        answer.close()
        return too_long(self._most)


def unpacked(raw: bytes, encoding: str, most: int) -> bytes:
    """A body that a server packed unasked, as far as the bound.

    Raises:
        ValueError: another encoding than gzip or deflate, a torn one, or one that unpacks to more than `most`.
    """
    kinds = encoding.lower().replace(" ", "")
    if kinds in ("", "identity"):
        return raw
    if kinds not in ("gzip", "x-gzip", "deflate"):
        raise ValueError(f"the answer is packed as {kinds[:40]!r}, which was not asked for")
    unpacking = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    try:
        whole = unpacking.decompress(raw, most + 1)
    except zlib.error:
        raise ValueError("the answer is packed badly") from None
    if len(whole) > most:
        raise ValueError(too_long(most).message)
    if not unpacking.eof:
        raise ValueError("the answer is packed badly: its end is missing")
    return whole


def too_long(most: int) -> ServerUnreachable:
    """The error for an answer of more than `most` bytes: nothing of it is kept."""
    error = ServerUnreachable(
        f"the answer is longer than {most / 1_000_000:g} MB: not read to its end",
        hint="lower `max_tokens`; raise `max_answer_mb` if such answers are right",
    )
    error.perhaps_billed = True
    return error


def _authorities(file: Path | None) -> "ssl.SSLContext | bool":
    if file is None:
        return True
    try:
        return ssl.create_default_context(cafile=file)
    except (OSError, ssl.SSLError) as error:
        said = str(error)
    raise ProviderError(
        f"the certificates of `ca_file` cannot be read: {said}", hint="give a file in PEM form"
    )


def _not_here(host: str) -> ProviderError:
    return ProviderError(
        f"{host} is not on this machine, and the run is offline",
        hint="name a server on this machine, or run without `offline`",
    )
