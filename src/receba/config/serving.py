"""Serving: the web server, the worker that does the jobs and the schedule, and in the demo the mailbox."""

from __future__ import annotations

import os
import signal
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
        "--no-ws",
        "--log-level",
        "warning",
        "receba.config.wsgi:application",
    ]
    worker = [sys.executable, "-m", "django", "procrastinate", "worker", "--concurrency", "2"]
    mailbox = _mailbox()
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


def _mailbox() -> Any:
    """Start the demo's own SMTP server: what the demo sends stays on this machine."""
    if not settings.DEMO:
        return None
    from receba.outreach.mailbox import start_mailbox

    return start_mailbox(settings.EMAIL_HOST, settings.EMAIL_PORT, settings.MAILBOX)
