"""The lines of the throughput benchmark as a table, the targets, and where the CPU time goes."""

from collections.abc import Sequence
from typing import Any

LEAST_OF_BARE, MOST_CPU_MS, MOST_GROWTH_MB = 0.70, 1.5, 50.0
"""The targets: share of the bare loop, CPU a document, memory at the largest size beyond the smallest."""
COLUMNS = (
    ("name", 12, "{name}"),
    ("version", 9, "{version}"),
    ("documents", 10, "{documents:,}"),
    ("wall s", 8, "{wall_s:.2f}"),
    ("docs/s", 8, "{rate:.0f}"),
    ("of bare", 8, "{share}"),
    ("CPU ms/doc", 11, "{cpu:.2f}"),
    ("peak MB", 8, "{peak_mb:.0f}"),
    ("in flight", 10, "{most}"),
    ("server ms", 10, "{server:.2f}"),
)


def table(lines: Sequence[dict[str, Any]], heading: bool = True) -> str:
    """One row a line; a line that failed says why."""
    rows = ["".join(f"{title:>{width}}" for title, width, _ in COLUMNS)] if heading else []
    for line in lines:
        if "failed" in line:
            rows.append(f"{line['name']:>12}{line.get('version', ''):>9}  failed: {line['failed']}")
            continue
        documents, server = line["documents"], line["server"]
        told = {
            **line,
            "version": line.get("version", ""),
            "rate": documents / line["wall_s"],
            "share": f"{line['of_bare']:.0%}" if "of_bare" in line else "",
            "cpu": line["cpu_s"] / documents * 1e3,
            "most": int(server["most"]),
            "server": server["cpu_s"] / max(1, server["requests"]) * 1e3,
        }
        rows.append("".join(f"{form.format(**told):>{width}}" for _, width, form in COLUMNS))
    return "\n".join(rows)


def targets(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each target, with what was measured and whether it is met."""
    own = [line for line in lines if line["name"] == "bouture"]
    found = []
    for line in own:
        if "failed" in line:
            found.append(_target("bouture runs", line["failed"], False))
            continue
        size = f"{line['documents']:,} documents"
        share, cpu = line.get("of_bare", 0.0), line["cpu_s"] / line["documents"] * 1e3
        found.append(
            _target(f"{size}: at least 70 % of bare", f"{share:.0%}", share >= LEAST_OF_BARE)
        )
        found.append(_target(f"{size}: CPU ≤ 1.5 ms each", f"{cpu:.2f} ms", cpu <= MOST_CPU_MS))
        found.append(_target(f"{size}: the counts add up", str(line["adds_up"]), line["adds_up"]))
    sizes = sorted((one["documents"], one["peak_mb"]) for one in own if "failed" not in one)
    if len(sizes) > 1:
        more = sizes[-1][1] - sizes[0][1]
        name = f"{sizes[-1][0]:,} against {sizes[0][0]:,}: < 50 MB more"
        found.append(_target(name, f"{more:.0f} MB", more < MOST_GROWTH_MB))
    return found


def _target(name: str, measured: str, met: bool) -> dict[str, Any]:
    return {"target": name, "measured": measured, "met": met}


def epilogue(told: dict[str, Any]) -> str:
    """What stands below the table."""
    rows = [""]
    for line in told["lines"]:
        if line["name"] == "bouture" and "failed" not in line:
            rows += _outcomes(line)
    if "parts" in told:
        rows += _parts(told["parts"])
    rows.append("targets:")
    for one in told["targets"]:
        rows.append(f"  {'met   ' if one['met'] else 'MISSED'} {one['target']}: {one['measured']}")
    if told["load"] > 0.5:
        rows.append(f"the machine was busy before (load {told['load']:.1f}): measure again alone")
    return "\n".join(rows)


def _outcomes(line: dict[str, Any]) -> list[str]:
    total = line["documents"]
    shares = ", ".join(f"{name} {n / total:.1%}" for name, n in line["outcomes"].items() if n)
    codes = ", ".join(f"{code} {n}" for code, n in list(line["issues"].items())[:6])
    return [
        f"bouture, {total:,} documents: {shares}; adds up: {line['adds_up']}",
        f"  asked {line['asked']:,}, retries {line['retries']}; start-up {line['start_s']:.1f} s CPU; memory "
        f"grew by {line['grown_mb']:.0f} MB; run folder {line.get('disk_mb', 0):.0f} MB; codes: {codes or 'none'}",
    ]


def _parts(line: dict[str, Any]) -> list[str]:
    if "failed" in line:
        return [f"where the CPU time goes: failed: {line['failed']}"]
    number = line["documents"]
    total = line["cpu_s"] / number * 1e3
    parts = {name: seconds / number * 1e3 for name, seconds in line["parts"].items()}
    parts["all else (HTTP client, event loop, loop)"] = total - sum(parts.values())
    rows = [f"where {total:.2f} ms of CPU a document go ({number:,} documents, with clocks):"]
    rows += [f"  {ms:6.3f} ms  {name}" for name, ms in sorted(parts.items(), key=lambda p: -p[1])]
    if line["missing"]:
        rows.append(f"  not found, hence in all else: {', '.join(line['missing'])}")
    return rows
