"""The words of Altair that these charts use, each a plain dictionary of Vega-Lite.

Altair makes, copies and checks an object for every word: 20 to 60 ms a chart, and a page draws
dozens whenever a control is touched. Here a word is written down as it will be read. Names and
arguments are Altair's, so that its documentation holds; the tests hold what is written against
Altair and its schema. Knows no chart of ours.
"""

from collections.abc import Callable, Mapping
from typing import Any, Self

from core.charts.rows import Columns, records, table

SCHEMA_URL = "https://vega.github.io/schema/vega-lite/v6.json"
# What is left to Vega-Lite; None is its null: no axis, no legend.
Undefined: Any = object()

_TYPES = {"Q": "quantitative", "N": "nominal", "O": "ordinal", "T": "temporal"}


class Words(dict[str, Any]):
    """Settings by their names in Vega-Lite, without those left Undefined."""

    def __init__(self, **settings: Any) -> None:
        super().__init__({key: held for key, held in settings.items() if held is not Undefined})


class Scale(Words):
    """From values to places or colours."""


class Axis(Words):
    """Ticks, labels and grid."""


class Legend(Words):
    """A key to colours, dashes or shapes."""


class AutoSizeParams(Words):
    """What fits into which size."""


class Step(Words):
    """So many pixels a row or column."""

    def __init__(self, step: float) -> None:
        super().__init__(step=step)


class Title(Words):
    """A heading with its place and letters."""

    def __init__(self, text: str, **settings: Any) -> None:
        super().__init__(text=text, **settings)


class Channel(Words):
    """A column of the frame and what it is: ``"learning_rate:Q"``."""

    def __init__(self, shorthand: str, **settings: Any) -> None:
        field, _, kind = shorthand.rpartition(":")
        super().__init__(field=field, type=_TYPES[kind], **settings)


class X(Channel):
    """Where, across."""


class Y(Channel):
    """Where, upward."""


class _End(Words):
    """The other end of what ``X`` or ``Y`` begins, of the same type and scale."""

    def __init__(self, shorthand: str) -> None:
        super().__init__(field=shorthand.rpartition(":")[0])


class X2(_End):
    """The end across."""


class Y2(_End):
    """The end upward."""


class Color(Channel):
    """The colour of a mark."""


class Fill(Channel):
    """The colour inside."""


class Shape(Channel):
    """The shape of a point."""


class StrokeDash(Channel):
    """The dash of a line."""


class Detail(Channel):
    """What parts lines, unseen."""


class Text(Channel):
    """What a text says."""


class Tooltip(Channel):
    """A line of what pointing shows."""


class Url(Channel):
    """The address of a picture."""


class Description(Channel):
    """What readers of screens are told of a mark."""


class Parameter(Words):
    """A selection by pointing or dragging."""

    @property
    def name(self) -> str:
        """What conditions call it."""
        return str(self["name"])


def selection_point(name: str, **select: Any) -> Parameter:
    """What is pointed at."""
    return Parameter(name=name, select={"type": "point", **select})


def selection_interval(name: str, **select: Any) -> Parameter:
    """What lies in a rectangle that is dragged."""
    return Parameter(name=name, select={"type": "interval", **select})


def value(constant: Any) -> Words:
    """The same for every mark."""
    return Words(value=constant)


def condition(test: str, then: Words, otherwise: Words) -> Words:
    """``then`` where the expression ``test`` is true of a row."""
    return Words(condition={"test": test, **then}, **otherwise)


def lit(parameter: Parameter, on: float, off: float, *, empty: bool = True) -> Words:
    """``on`` where ``parameter`` selects, or (``empty``) selects nothing; else ``off``."""
    chosen = {"param": parameter.name, "value": on} | ({} if empty else {"empty": False})
    return Words(value=off, condition=chosen)


class Chart:
    """A mark over columns of data with its encodings, or such charts in layers.

    Never changed: what sets something gives a new one.
    """

    def __init__(self, data: Columns | None = None, layers: tuple["Chart", ...] = ()) -> None:
        self.data: Any = data
        self._layers = layers
        self._spec: dict[str, Any] = {}

    @property
    def title(self) -> str:
        """What stands above it, if its properties say so."""
        title = self._spec.get("title", "")
        return str(title["text"] if isinstance(title, Title) else title)

    def _with(self, **parts: Any) -> Self:
        chart = type(self)(self.data, self._layers)
        chart._spec = {**self._spec, **parts}
        return chart

    def encode(self, **channels: Any) -> Self:
        """Columns or values by what they decide; ``"text:N"`` stands for a channel."""
        told = {
            name: Channel(content) if isinstance(content, str) else content
            for name, content in channels.items()
        }
        return self._with(encoding={**self._spec.get("encoding", {}), **told})

    def properties(self, **parts: Any) -> Self:
        """Size, title, padding."""
        return self._with(**parts)

    def add_params(self, *parameters: Parameter) -> Self:
        """Selections that are made on this mark."""
        return self._with(params=[*self._spec.get("params", ()), *parameters])

    def configure_view(self, **settings: Any) -> Self:
        """The plot's own frame."""
        return self._with(config={**self._spec.get("config", {}), "view": settings})

    def configure_scale(self, **settings: Any) -> Self:
        """What holds for every scale."""
        return self._with(config={**self._spec.get("config", {}), "scale": settings})

    def transform_filter(self, predicate: str | Mapping[str, Any]) -> Self:
        """Only the rows of which ``predicate`` is true."""
        return self._transform({"filter": predicate})

    def transform_calculate(self, **columns: str) -> Self:
        """More columns, by expressions."""
        chart = self
        for name, expression in columns.items():
            chart = chart._transform({"calculate": expression, "as": name})
        return chart

    def transform_fold(self, fold: list[str]) -> Self:
        """Columns one below the other, as key and value."""
        return self._transform({"fold": fold})

    def _transform(self, step: dict[str, Any]) -> Self:
        return self._with(transform=[*self._spec.get("transform", ()), step])

    def _mark(self, kind: str, settings: dict[str, Any]) -> Self:
        return self._with(mark={"type": kind, **settings})

    def mark_area(self, **settings: Any) -> Self:
        """What lies below a line, or between two."""
        return self._mark("area", settings)

    def mark_bar(self, **settings: Any) -> Self:
        """Bars."""
        return self._mark("bar", settings)

    def mark_image(self, **settings: Any) -> Self:
        """Pictures."""
        return self._mark("image", settings)

    def mark_line(self, **settings: Any) -> Self:
        """Lines."""
        return self._mark("line", settings)

    def mark_point(self, **settings: Any) -> Self:
        """Points."""
        return self._mark("point", settings)

    def mark_rect(self, **settings: Any) -> Self:
        """Cells."""
        return self._mark("rect", settings)

    def mark_rule(self, **settings: Any) -> Self:
        """Straight strokes."""
        return self._mark("rule", settings)

    def mark_text(self, **settings: Any) -> Self:
        """Words and numbers."""
        return self._mark("text", settings)

    def mark_tick(self, **settings: Any) -> Self:
        """Short strokes."""
        return self._mark("tick", settings)

    def to_dict(self) -> dict[str, Any]:
        """The specification with its rows, as a file holds it."""
        return self._written(records)

    def to_arrow(self) -> dict[str, Any]:
        """The specification with its rows as tables of Arrow, as a page sends it."""
        return self._written(table)

    def _written(self, form: Callable[[Columns], tuple[str, Any]]) -> dict[str, Any]:
        datasets: dict[str, Any] = {}
        # Layers of one table share it.
        known: dict[int, str] = {}

        def name(columns: Columns) -> str:
            if id(columns) not in known:
                known[id(columns)], content = form(columns)
                datasets[known[id(columns)]] = content
            return known[id(columns)]

        return {"$schema": SCHEMA_URL, **self._view(name), "datasets": datasets}

    def _view(self, name: Callable[[Columns], str]) -> dict[str, Any]:
        view = dict(self._spec)
        if self.data is not None:
            view["data"] = {"name": name(self.data)}
        if self._layers:
            view["layer"] = [chart._view(name) for chart in self._layers]
        return view


def layer(*charts: Chart) -> Chart:
    """``charts`` over one another, the last in front."""
    return Chart(layers=charts)
