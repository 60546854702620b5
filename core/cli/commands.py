"""A group of commands whose help cuts nothing, and what was meant by a name that is none."""

from collections.abc import Iterable
from difflib import get_close_matches

import click


class Commands(click.Group):
    """Commands by their names."""

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Every command with all of its first sentence, which click would cut to a line."""
        commands = {name: self.get_command(context, name) for name in self.list_commands(context)}
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, one.get_short_help_str(1_000)) for name, one in commands.items() if one]
            )

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that ``arguments`` begin with.

        Raises:
            click.UsageError: there is none of that name.
        """
        name = arguments[0]
        if not name.startswith("-") and self.get_command(context, name) is None:
            meant = closest(name, self.list_commands(context))
            raise click.UsageError(f"No such command {name!r}{meant}.", context)
        return super().resolve_command(context, arguments)


def sentence(error: click.UsageError) -> str:
    """What was wrong in a command, without a full stop."""
    if isinstance(error, click.NoSuchOption) and error.ctx:
        names = [name for option in error.ctx.command.params for name in option.opts]
        return error.message.rstrip(".") + closest(error.option_name, names)
    return error.format_message().rstrip(".")


def closest(given: str, names: Iterable[str]) -> str:
    """The one of ``names`` that is most like ``given``, in brackets; nothing if none is."""
    # Without their dashes, by which any two short options are alike: --lr is no --l1.
    bare = {name.lstrip("-"): name for name in names}
    found = get_close_matches(given.lstrip("-"), bare, n=1)
    return f" (did you mean {bare[found[0]]!r}?)" if found else ""
