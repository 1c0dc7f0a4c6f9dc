"""Runs the application until it is told to stop; requests under way are answered first."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

import uvicorn

from polyrec.api.app import create_app
from polyrec.api.log import LOG
from polyrec.core.progress import draw_nothing

if TYPE_CHECKING:
    from polyrec.api.serving import Serving

GRACE_S = 20


def run(serving: Serving, *, host: str, port: int) -> None:
    """Serve on one address until SIGTERM or SIGINT."""
    draw_nothing()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    for logger in (LOG, logging.getLogger("polyrec.live")):
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
        logger.propagate = False
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
    uvicorn.Server(config).run()
