"""`sibkb app`: the app in the browser."""

from typing import Annotated

import typer

from sibkb.cli.opening import progress
from sibkb.cli.printing import err


def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option(help="First port to try.", min=1, max=65535)] = 8501,
    address: Annotated[str, typer.Option(help="Where to listen; others can reach it with 0.0.0.0.")] = "localhost",
) -> None:
    """Start the app in the browser; the next free port is taken."""
    from sibkb import serving

    serving.serve(context.obj, address, port, err().print, progress)
