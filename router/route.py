"""What does the command `route` do: one plan per line of input, for a person or a program."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from router.exit_codes import ExitCode
from router.route_files.answer import answer, answer_line, error_line
from router.route_files.ask import LineError
from router.route_files.integers import exact_ask
from router.route_files.lines import LINE_BYTES_MAX, Line, lines_of_file
from router.route_files.parser import parse_line
from router.routing.exact import Problem, Solution, solve
from router.runtime.clocks import WallClock
from router.terminal import complain, say
from venues.errors import InputError

# A pipe has no width of its own; no reason of a skipped venue is folded at this one.
_PIPE_COLUMNS: Final = 160

# Most lines are proven in a few steps of plain Python, before a kernel could even be loaded.
_EASY_LEVELS: Final = 2_000
_EASY_NODES: Final = 64
# Only lines made to be hard take as long; they are answered with a certified gap.
_SOLVING_NS_MOST: Final = 20_000_000_000

# One line of a file -> its text to print; LineError when it asks nothing sensible.
Tell = Callable[[Line], str]
# A line and what is wrong with it -> the text to print.
Blame = Callable[[Line, LineError], str]


def route(books: Sequence[Path], *, as_json: bool) -> ExitCode:
    """Route every line of every file, print each at once, and return the exit code.

    A bad line is told in its place and the others are still routed; so with a file that cannot be
    read. A reader who leaves ends it quietly.
    """
    code = ExitCode.DONE
    for path in books:
        bad = 0
        try:
            for text, fine in _told(path, *_speech(path, as_json=as_json)):
                bad += not fine
                if not say(text):
                    return ExitCode.BAD_INPUT if bad else code
        except InputError as error:
            complain(str(error))
            code = ExitCode.BAD_INPUT
        if bad:
            complain(f"{path}: {bad} bad line{'s' if bad > 1 else ''}; the others are routed")
            code = ExitCode.BAD_INPUT
    return code


def _told(path: Path, tell: Tell, blame: Blame) -> Iterator[tuple[str, bool]]:
    """Yield what to print for each line of a file, and whether the line was a good one."""
    for line in lines_of_file(path):
        try:
            yield tell(line), True
        except LineError as error:
            yield blame(line, error), False


def _speech(path: Path, *, as_json: bool) -> tuple[Tell, Blame]:
    """Return how the lines of a file are told to a program or to a person."""
    return (_json, _json_blame) if as_json else _tables(path)


def _bytes_of(line: Line) -> bytes:
    if line.data is None:
        raise LineError("line", f"longer than {LINE_BYTES_MAX} bytes; leave out levels far away")
    return line.data


def _solved(problem: Problem) -> Solution:
    """Return the best split, by plain Python where that is easy and by kernels where it is not."""
    if sum(len(curve.ticks) for curve in problem.curves) <= _EASY_LEVELS:
        found = solve(problem, nodes_most=_EASY_NODES)
        if not found.exhausted:
            return found
    from router.routing.exact_kernel import search

    clock = WallClock()
    end_ns = clock.now_ns() + _SOLVING_NS_MOST
    return solve(problem, expired=lambda: clock.now_ns() > end_ns, by=search)


def _json(line: Line) -> str:
    exact = exact_ask(parse_line(_bytes_of(line)))
    return answer_line(exact.ask.id, answer(exact, _solved(exact.problem)))


def _json_blame(line: Line, error: LineError) -> str:
    return error_line(line.number, error)


def _tables(path: Path) -> tuple[Tell, Blame]:
    from rich.console import Console, RenderableType

    from router.route_files.figures import figures
    from router.route_files.render import error_text, plan_table

    console = Console()
    if not console.is_terminal:
        console = Console(width=_PIPE_COLUMNS)
    wide = console.encoding.startswith("utf")
    blocks = "\N{FULL BLOCK}\N{LIGHT SHADE}" if wide else "#."

    def shown(content: RenderableType) -> str:
        with console.capture() as captured:
            console.print(content)
        return "\n".join(row.rstrip() for row in captured.get().splitlines())

    def tell(line: Line) -> str:
        exact = exact_ask(parse_line(_bytes_of(line)))
        found = _solved(exact.problem)
        return shown(plan_table(exact.ask, answer(exact, found), figures(exact, found), blocks))

    def blame(line: Line, error: LineError) -> str:
        return shown(error_text(str(path), line.number, error))

    return tell, blame
