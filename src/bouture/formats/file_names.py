"""Document ids as file names and back, whatever characters they hold."""

from urllib.parse import quote, unquote

SAFE = "-_ .,()[]{}+=@~^$&'!"


def to_file_name(id: str) -> str:
    """The id with every character that some file system refuses percent-encoded; letters of any script stay."""
    name = "".join(c if c.isalnum() or c in SAFE else quote(c, safe="") for c in id)
    # Hidden files, and the ends that Windows drops.
    if name[0] in ". ":
        name = f"%{ord(name[0]):02X}{name[1:]}"
    if name[-1] in ". ":
        name = f"{name[:-1]}%{ord(name[-1]):02X}"
    return name


def from_file_name(name: str) -> str:
    """The id that `to_file_name` made this name of; the name itself when it was made otherwise."""
    try:
        id = unquote(name, errors="strict")
    except UnicodeDecodeError:
        return name
    return id if id and to_file_name(id) == name else name
