"""The key of a provider: read from the environment, sent in one header, repeated nowhere."""

import base64
import json
import os
from urllib.parse import quote

from bouture.errors import ProviderError

_SHORTEST = 8
"""Below this many characters a key is a placeholder (`EMPTY`, `ollama`): hiding it would hide words."""
_HIDDEN = "[key]"


class Key:
    """What an environment variable holds; no variable, no key.

    Raises:
        ProviderError: the variable is not set, or holds what cannot be a key.
    """

    def __init__(self, variable: str) -> None:
        self.variable = variable
        self._said: tuple[str, ...] = ()
        self.headers: dict[str, str] = {}
        if not variable:
            return
        key = os.environ.get(variable, "").strip()
        if not key:
            raise ProviderError(
                f"the environment variable {variable} is not set",
                hint=f"export {variable}=… in this terminal, then run again",
            )
        if not (key.isascii() and key.isprintable()):
            raise ProviderError(
                f"the environment variable {variable} holds what cannot be a key",
                hint="it has a line break or an accented character: copy the key again",
            )
        self.headers = {"Authorization": _Unsaid(f"Bearer {key}")}
        if len(key) >= _SHORTEST:
            self._said = _forms(key)

    def clean(self, text: str) -> str:
        """The text without the key, should a server repeat it, plain or in a usual encoding."""
        for form in self._said:
            if form in text:
                text = text.replace(form, _HIDDEN)
        return text


class _Unsaid(str):
    """A header that is sent as it is and shown as `[key]` by debuggers and the `repr` of headers."""

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(_HIDDEN)


def _forms(key: str) -> tuple[str, ...]:
    """The key as it is, percent-encoded, in hexadecimal, and in base64 at its three alignments."""
    raw = key.encode()
    percent = quote(key, safe="")
    forms = {key, json.dumps(key)[1:-1], percent, percent.lower(), raw.hex(), raw.hex().upper()}
    for before in range(3):
        shifted = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")
        # The characters at both ends also hold bits of the neighbours: what is left is the key's own.
        forms.add(shifted[(0, 2, 3)[before] : len(shifted) - 1])
    forms |= {form.translate(str.maketrans("+/", "-_")) for form in forms}
    return tuple(sorted(forms, key=lambda form: (-len(form), form)))
