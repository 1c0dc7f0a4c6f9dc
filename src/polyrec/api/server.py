"""Runs the application until it is told to stop; requests under way are answered first."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import uvicorn

from polyrec.api.app import create_app
from polyrec.api.log import log, write_to_stderr
from polyrec.core.progress import draw_nothing

if TYPE_CHECKING:
    from types import FrameType

    from polyrec.api.serving import Serving

GRACE_S = 20
"""So long it waits for what has begun."""

LATEST_S = GRACE_S + 5
"""After so long it ends, whatever hangs."""


def run(serving: Serving, *, host: str, port: int) -> None:
    """Serve on one address until SIGTERM or SIGINT; a second one ends it at once."""
    draw_nothing()
    write_to_stderr()
    config = uvicorn.Config(
        create_app(serving),
        host=host,
        port=port,
        access_log=False,  # it would hold ids and what was asked; ours does not
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
        ws="none",
    )
    _Server(config).run()
    log("ended")


class _Server(uvicorn.Server):
    """Ends well at the first signal, and at once at the second."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        del frame
        if self.should_exit:
            signal.signal(sig, signal.SIG_DFL)
            signal.raise_signal(sig)
        self.should_exit = True
        signal.alarm(LATEST_S)  # nobody handles it: the process ends
