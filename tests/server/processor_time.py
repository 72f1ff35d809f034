"""How long the processors have worked for a server."""

from __future__ import annotations

import os
import re
from pathlib import Path

from ndop.server.process import RunningServer
from ndop.system import processes


def processor_time(server: RunningServer) -> float:
    """The processor time of the server's process in seconds, to a hundredth."""
    pid = server.process.pid
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        # [[days-]hours:]minutes:seconds
        written = processes.run(["ps", "-o", "time=", "-p", str(pid)], "Reading processor time")
        parts = [float(part) for part in re.split("[-:]", written.strip())][::-1]
        return sum(part * unit for part, unit in zip(parts, (1, 60, 3600, 86400), strict=False))
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
