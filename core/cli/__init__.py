"""The command line: one click command a file, and how it ends.

Exit 0: done; 1: a run failed; 2: bad usage or input. An error is one sentence on stderr.
"""

import os
import sys
from collections.abc import Sequence

import click

from core.cli.gallery import gallery
from core.cli.importing import import_
from core.cli.results import delete, export, runs, show
from core.cli.service import doctor, trainer
from core.cli.train import FAILED, INTERRUPTED, train
from core.errors import KasseiError, TrainingFailed

BAD_USAGE = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def cli() -> None:
    """Kassei: train many networks at once and compare them."""


for command in (train, runs, show, export, import_, delete, gallery, trainer, doctor):
    cli.add_command(command)


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
        return _refuse(f"{error.format_message().rstrip('.')}; see {asked} --help.", BAD_USAGE)
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
