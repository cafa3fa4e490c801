"""What can be asked on the command line; nothing heavy is imported before a command runs."""

import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from router import __version__
from router.exit_codes import ExitCode
from router.terminal import Verdict, flush, say

cli: Final = typer.Typer(
    name="fathom",
    help="Execute large crypto orders: when by strategy, where by observed depth, exactly once.",
    add_completion=False,
    rich_markup_mode=None,  # plain help: rich alone would cost as much as the rest of the start
    pretty_exceptions_enable=False,
    epilog=(
        "Exit codes: 0 done, 1 a parent did not finish, 2 bad input, 3 refused by risk, "
        "4 unreachable, 5 recovery refused, 70 our bug, 130 interrupted."
    ),
)

Config = Annotated[
    Path | None, typer.Option("--config", metavar="C", help="TOML config; default: built in.")
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Write report.json, journal.db, plans.jsonl and fills.jsonl there.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


def _version(wanted: bool) -> None:
    if wanted:
        say(f"fathom {__version__}")
        raise typer.Exit


@cli.callback()
def _fathom(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show it and exit."),
    ] = False,
) -> None:
    del version


@cli.command()
def paper(
    order: Annotated[
        list[Path] | None,
        typer.Option("--order", metavar="F", help="Order file, repeatable; default: a demo."),
    ] = None,
    config: Config = None,
    for_s: Annotated[
        int | None, typer.Option("--for", metavar="S", min=1, help="Stop after S seconds.")
    ] = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Trade on paper, live: an embedded market of five venues, real time, simulated fills."""
    from router import app

    raise typer.Exit(
        app.run_paper(config=config, orders=tuple(order or ()), for_s=for_s, out=out, as_json=json)
    )


@cli.command()
def replay(
    tape: Annotated[
        list[Path],
        typer.Option("--tape", metavar="DIR", help="Folder of a recorded market, repeatable."),
    ],
    order: Annotated[
        list[Path], typer.Option("--order", metavar="F", help="Order file, repeatable.")
    ],
    config: Config = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", min=0, help="In place of the config's.")
    ] = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Trade on recorded markets in virtual time: the same engine, as fast as it goes."""
    from router import app

    raise typer.Exit(
        app.run_replay(
            tapes=tuple(tape),
            orders=tuple(order),
            config=config,
            seed=seed,
            out=out,
            as_json=json,
        )
    )


@cli.command()
def route(
    books: Annotated[
        list[Path],
        typer.Option(
            "--books", metavar="F.jsonl", help="A quantity and its books per line, repeatable."
        ),
    ],
    json: Annotated[bool, typer.Option("--json", help="Print JSON Lines on stdout.")] = False,
) -> None:
    """Split quantities over books at least cost, and prove it; nothing is traded."""
    from router.route import route as routed

    raise typer.Exit(routed(tuple(books), as_json=json))


@cli.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A config or an order file.")],
) -> None:
    """Say whether a config or an order file is valid, and what it asks for."""
    from router.check import check as checked

    say(checked(file))


@cli.command()
def sandbox(
    venue: Annotated[
        list[str] | None,
        typer.Option(
            "--venue",
            metavar="V",
            help="binance, binanceusdm or hyperliquid, repeatable; default: all three.",
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", min=0, help="Of the market and the keys.")
    ] = 1,
    for_s: Annotated[
        int | None, typer.Option("--for", metavar="S", min=1, help="Stop after S seconds.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Keep redirect.json there; default: nowhere."),
    ] = None,
    json: Json = False,
) -> None:
    """Serve local exchanges that speak real protocols, for tests and rehearsals; Ctrl-C ends it."""
    from router.app.sandboxing import run_sandbox

    raise typer.Exit(
        run_sandbox(venues=tuple(venue or ()), seed=seed, for_s=for_s, out=out, as_json=json)
    )


def main() -> None:
    """Run the command and end the process with its exit code."""
    code = run(sys.argv[1:])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done and said: too late to interrupt
    if code == ExitCode.INTERRUPTED:
        # An interrupt that first struck inside an extension module's import makes CPython end by
        # signal whatever we return; everything is closed and said, so end with our own code.
        os._exit(code)
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run the command with `arguments` and return its exit code; errors are one line on stderr."""
    command = typer.main.get_command(cli)
    with Verdict() as verdict:
        # Not command.main(): it has its own mind about broken pipes, interrupts and tracebacks.
        with command.make_context("fathom", arguments or ["--help"]) as context:
            command.invoke(context)
        flush()
    return verdict.code
