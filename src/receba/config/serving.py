"""Serving: the web server, the worker that does the jobs and the schedule, and in the demo the mailbox."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from types import FrameType
from typing import Any

from django.conf import settings


def serve_all(host: str, port: int, workers: int) -> int:
    """Run web server and worker until one of them ends or a signal comes; return the exit code."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "receba.config.settings"}
    web = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        str(workers),
        "--blocking-threads",
        str(min(4, os.cpu_count() or 2)),
        "--no-ws",
        "--log-level",
        "warning",
        "receba.config.wsgi:application",
    ]
    worker = [sys.executable, "-m", "django", "procrastinate", "worker", "--concurrency", "2"]
    mailbox = _mailbox(env)
    running = [subprocess.Popen(command, env=env) for command in (web, worker)]

    def stop(number: int, frame: FrameType | None) -> None:
        for process in running:
            process.terminate()

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, stop)
    while all(process.poll() is None for process in running):
        time.sleep(0.3)
    code = next((process.returncode for process in running if process.poll() is not None), 0)
    stop(0, None)
    for process in running:
        process.wait(15)
    if mailbox is not None:
        mailbox.stop()
    return 0 if code in (0, -signal.SIGTERM, -signal.SIGINT) else code


def is_free(host: str, port: int) -> bool:
    """Return whether nobody listens at an address yet."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _mailbox(env: dict[str, str]) -> Any:
    """Start the demo's own SMTP server: what the demo sends stays on this machine.

    Where its usual port is taken (a second demo) it takes any free one, and tells the children through `env`.
    """
    if not settings.DEMO:
        return None
    from receba.outreach.mailbox import start_mailbox

    port = settings.EMAIL_PORT
    if not is_free(settings.EMAIL_HOST, port):
        with socket.socket() as probe:
            probe.bind((settings.EMAIL_HOST, 0))
            port = probe.getsockname()[1]
    env["RECEBA_SMTP_PORT"] = str(port)
    return start_mailbox(settings.EMAIL_HOST, port, settings.MAILBOX)
