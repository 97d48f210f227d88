"""Numbers as each language writes them: « 1 234,5 », « 12,3 % », “1,234.5”, “12.3%”."""

from collections.abc import Mapping
from types import MappingProxyType

NARROW = "\u202f"
NO_BREAK = "\u00a0"
_SYMBOLS = MappingProxyType({"EUR": "€", "USD": "$", "GBP": "£"})

VEGA_LOCALE: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        "fr": {
            "decimal": ",",
            "thousands": NARROW,
            "grouping": [3],
            "currency": ["", f"{NO_BREAK}€"],
            "percent": f"{NO_BREAK}%",
            "minus": "−",
        },
        "en": {
            "decimal": ".",
            "thousands": ",",
            "grouping": [3],
            "currency": ["$", ""],
            "minus": "−",
        },
    }
)
"""How charts write numbers (d3-format locales)."""


class Typeset:
    """Writes numbers in `fr` or `en`."""

    def __init__(self, language: str) -> None:
        self.french = language == "fr"

    def integer(self, value: float) -> str:
        """`1 234`."""
        return self.decimal(value, 0)

    def decimal(self, value: float, digits: int = 1) -> str:
        """`1 234,5`; a true minus sign."""
        said = f"{abs(value):,.{digits}f}"
        if self.french:
            said = said.replace(",", NARROW).replace(".", ",")
        return ("−" if round(value, digits) < 0 else "") + said

    def number(self, value: float) -> str:
        """As many digits as it needs, at most four significant ones after the point."""
        if value == int(value):
            return self.integer(value)
        digits = 2 if abs(value) >= 1 else 4
        said = self.decimal(value, digits)
        return said.rstrip("0").rstrip(",.")

    def percent(self, share: float, digits: int = 1) -> str:
        """`12,3 %` of a share between 0 and 1."""
        return self.decimal(100 * share, digits) + (f"{NO_BREAK}%" if self.french else "%")

    def points(self, score: float) -> str:
        """A score between 0 and 1, in hundredths: `71,4`."""
        return self.decimal(100 * score, 1)

    def difference(self, delta: float) -> str:
        """A difference of scores in hundredths, signed: `+2,3`."""
        sign = "+" if round(100 * delta, 1) > 0 else ""
        return sign + self.points(delta)

    def interval(self, low: float, high: float) -> str:
        """`[−0,4 ; +3,1]` in hundredths."""
        separator = f"{NARROW}; " if self.french else ", "
        return f"[{self.difference(low)}{separator}{self.difference(high)}]"

    def p(self, value: float) -> str:
        """A p-value: `0,032`, `< 0,001`."""
        if value < 0.001:
            return f"<{NO_BREAK}{self.decimal(0.001, 3)}"
        return self.decimal(value, 3)

    def money(self, amount: float, currency: str) -> str:
        """`12,30 €`, `€12.30`, `12.30 CHF`; four decimals below one unit."""
        said = self.decimal(amount, 2 if abs(amount) >= 1 or amount == 0 else 4)
        symbol = _SYMBOLS.get(currency.upper(), currency)
        if not symbol:
            return said
        if not self.french and symbol != currency:
            return symbol + said
        return f"{said}{NO_BREAK}{symbol}"

    def duration(self, seconds: float) -> str:
        """`42 s`, `3 min 20 s`, `2 h 05 min`."""
        if seconds < 60:
            return f"{self.decimal(seconds, 1 if seconds < 10 else 0)}{NO_BREAK}s"
        minutes, rest = divmod(round(seconds), 60)
        if minutes < 60:
            return f"{minutes}{NO_BREAK}min {rest:02d}{NO_BREAK}s"
        hours, minutes = divmod(minutes, 60)
        return f"{hours}{NO_BREAK}h {minutes:02d}{NO_BREAK}min"
