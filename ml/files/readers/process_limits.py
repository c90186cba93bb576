"""Limits of the processes that read files."""

from __future__ import annotations


def limit(memory: int, cpu: int | None = None) -> None:
    """Limit this process to so many bytes of addresses and seconds of CPU, and let it write no core."""
    try:
        import resource
    except ImportError:  # not on Windows
        return
    limits = {resource.RLIMIT_AS: memory, resource.RLIMIT_CPU: cpu, resource.RLIMIT_CORE: 0}
    for what, most in limits.items():
        if most is not None:
            _, hard = resource.getrlimit(what)
            resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
