"""The command line: its commands, and how it ends. An error is one sentence on stderr.

A command is imported when it is asked for: the trainer needs neither charts nor frames.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from core.cli.codes import BAD_USAGE, FAILED, INTERRUPTED
from core.cli.commands import Commands, sentence
from core.errors import KasseiError, TrainingFailed

# Where each command is.
_HOMES = {
    "train": "train",
    "runs": "results",
    "show": "results",
    "export": "results",
    "import": "importing",
    "delete": "results",
    "claims": "claims",
    "gallery": "gallery",
    "trainer": "service",
    "doctor": "service",
}


class _Commands(Commands):
    """The commands by their names."""

    def list_commands(self, _: click.Context) -> list[str]:
        return sorted(_HOMES)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in _HOMES:
            return None
        module = import_module(f"core.cli.{_HOMES[name]}")
        commands = (one for one in vars(module).values() if isinstance(one, click.Command))
        return next(one for one in commands if one.name == name)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
def cli() -> None:
    """Kassei: train many networks at once and compare them."""


def main(arguments: Sequence[str]) -> int:
    """Run the command line; returns the exit code."""
    try:
        # Not by click's own main(), which has exit codes of its own for all that follows.
        with cli.make_context("python -m core", list(arguments)) as context:
            code = cli.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return BAD_USAGE
    except click.UsageError as error:
        asked = error.ctx.command_path if error.ctx else "python -m core"
        return _refuse(f"{sentence(error)}; see {asked} --help.", BAD_USAGE)
    except TrainingFailed as error:
        return _refuse(str(error), FAILED)
    except KasseiError as error:
        return _refuse(str(error), BAD_USAGE)
    except (click.Abort, KeyboardInterrupt):
        return _refuse("Stopped.", INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has gone (head, less): nothing more to say, and no traceback
        # when Python flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code if isinstance(code, int) else 0


def _refuse(sentence: str, code: int) -> int:
    click.echo(" ".join(sentence.split()), err=True)
    return code
