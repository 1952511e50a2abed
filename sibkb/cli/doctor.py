"""`sibkb doctor`: whether everything is there and whole."""

from dataclasses import asdict

import typer

from sibkb.cli.options import Json
from sibkb.cli.printing import out, print_json


def doctor(context: typer.Context, as_json: Json = False) -> None:
    """Say whether everything sibkb needs is there and whole."""
    from sibkb import checking

    findings = checking.doctor(context.obj)
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            out().print(f"{'ok ' if finding.good else 'BAD'} {finding.what}: {finding.told}")
    raise typer.Exit(0 if all(finding.good for finding in findings) else 1)
