"""A poster explains itself: its title, setting, charts and link are in one specification."""

import altair as alt
import jsonschema
import pandas as pd
import pytest

from core.charts.poster import About, poster, texts_chart, wrapped

ABOUT = About("Which one?", ("moons · 3 seeds",), ("https://a/?b=c",))


def _chart(name: str) -> alt.LayerChart:
    frame = pd.DataFrame({"x": [1, 2], "y": [1.0, 2.0], "name": [name, name]})
    hovered = alt.selection_point(fields=["name"], on="pointerover")
    base = alt.Chart(frame).encode(x="x:Q", y="y:Q")
    chart: alt.LayerChart = (
        alt.layer(base.mark_line(), base.mark_point().add_params(hovered))
        .properties(width="container", height=100, padding=3)
        .configure_view(stroke=None)
    )
    return chart


def test_a_poster_of_several_charts_is_valid_vega_lite() -> None:
    spec = poster(ABOUT, [[_chart("a"), _chart("b")], [_chart("c")]], "sans-serif", 900)
    jsonschema.validate(spec, alt.load_schema())
    assert spec["title"]["text"] == ["Which one?"]
    assert spec["title"]["subtitle"] == ["moons · 3 seeds"]
    assert "https://a/?b=c" in str(spec["vconcat"][-1]["data"])
    assert "container" not in str(spec)
    assert [chart["width"] for chart in spec["vconcat"][0]["hconcat"]] == [436, 436]
    assert len(spec["params"]) == 3


def test_a_table_of_texts_has_a_line_for_each_row_and_its_headings() -> None:
    chart = texts_chart(("a", "b"), [("relu", "1 %"), ("tanh", "2 %")], ["#000000"] * 2, 300)
    (values,) = chart.to_dict()["datasets"].values()
    assert [(cell["y"], cell["text"]) for cell in values if cell["x"] == 0] == [
        (0, "a"), (1, "relu"), (2, "tanh"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["one two three four five six", "活性化関数を比べる、とても長い文。", "x" * 50, "", "a、b"],
)
def test_wrapping_loses_no_letter_and_keeps_the_width(text: str) -> None:
    lines = wrapped(text, 100, 10)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(len(line) <= 18 for line in lines)
    assert not any(line.startswith(("、", "。")) for line in lines)
