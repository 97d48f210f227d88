"""Which addresses stay on this machine."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether a host, by name or number, can only be this machine (RFC 6761: `localhost`; 127/8; ::1).

    Names other than `localhost` are not looked up: they count as elsewhere.
    """
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)
