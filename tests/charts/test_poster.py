"""A poster explains itself: its title, setting, charts and link are in one specification."""

import altair as alt
import jsonschema
import pandas as pd
import pytest

from core.charts import vega
from core.charts.pointing import pointed
from core.charts.poster import About, poster, texts_chart, wrapped

ABOUT = About("Which one?", ("moons · 3 seeds",), ("https://a/?b=c",))


def _chart(name: str) -> vega.Chart:
    frame = pd.DataFrame({"x": [1, 2], "y": [1.0, 2.0], "name": [name, name]})
    hovered = vega.selection_point("hovered", fields=["name"], on="pointerover")
    base = vega.Chart(frame).encode(x="x:Q", y="y:Q", opacity=vega.lit(hovered, 0.9, 0.2))
    ring = base.encode(opacity=vega.lit(hovered, 0.8, 0.1, empty=False))
    return (
        vega.layer(base.mark_line(), ring.mark_point().add_params(hovered))
        .properties(width="container", height=100, padding=3)
        .configure_view(stroke=None)
    )


def test_a_poster_of_several_charts_is_valid_vega_lite() -> None:
    spec = poster(ABOUT, [[_chart("a"), _chart("b")], [_chart("c")]], "sans-serif", 900)
    jsonschema.validate(spec, alt.load_schema())
    assert spec["title"]["text"] == ["Which one?"]
    assert spec["title"]["subtitle"] == ["moons · 3 seeds"]
    assert "https://a/?b=c" in str(spec["vconcat"][-1]["data"])
    assert "container" not in str(spec)
    assert [chart["width"] for chart in spec["vconcat"][0]["hconcat"]] == [436, 436]


def test_a_file_shows_what_a_page_shows_while_nobody_points() -> None:
    (chart, _link) = poster(ABOUT, [[_chart("a")]], "sans-serif", 900)["vconcat"]
    assert "hovered" not in str(chart)
    opacities = [layer["encoding"]["opacity"] for layer in chart["layer"]]
    assert opacities == [{"value": 0.9}, {"value": 0.1}]


def test_of_several_rules_on_pointing_a_file_has_what_holds_while_nobody_points() -> None:
    frame = pd.DataFrame({"x": [1, 2], "name": ["a", "a"]})
    hovered = vega.selection_point("hovered", fields=["name"], on="pointerover", nearest=True)
    opacity = pointed(hovered, 0.25)
    chart = vega.Chart(frame).mark_point().encode(x="x:Q", opacity=opacity).add_params(hovered)
    (drawn, _link) = poster(ABOUT, [[chart]], "sans-serif", 900)["vconcat"]
    assert drawn["encoding"]["opacity"] == {"value": 1}
    assert "hovered" not in str(drawn)


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


def test_cells_of_a_table_of_texts_never_meet_and_fit_the_width() -> None:
    heads = ("configuration", "test accuracy", "against relu · lr 0.001", "until 95 %")
    row = (
        "leaky_relu · lr 0.01",
        "71.28 % ±11.32",
        "−0.78 ±1.73, 2 エポック早い",
        "エポック 2 · 0.05 s",
    )
    spec = texts_chart(heads, [row], ["#000000"], 520).to_dict()
    (values,) = spec["datasets"].values()
    size = spec["mark"]["fontSize"]
    cells = sorted((v["x"], v["text"]) for v in values if v["y"] == 1)
    ends = [x + size * sum(1 if ord(mark) > 0x2E80 else 0.56 for mark in t) for x, t in cells]
    assert all(end < start for end, (start, _) in zip(ends, cells[1:], strict=False))
    assert ends[-1] <= 521


def test_legends_belong_to_their_charts_and_a_short_last_row_keeps_its_columns() -> None:
    spec = poster(ABOUT, [[_chart("a"), _chart("b")], [_chart("c")]], "sans-serif", 900, 2)
    jsonschema.validate(spec, alt.load_schema())
    assert spec["vconcat"][1]["width"] == 436
    assert spec["resolve"]["legend"]["color"] == "independent"
    assert spec["vconcat"][0]["resolve"]["legend"]["shape"] == "independent"


def test_powers_of_ten_are_written_in_letters_that_the_font_has() -> None:
    about = About("3×10⁻⁶ and 10⁵", ("2.5×10¹²",), ())
    spec = poster(about, [], "sans-serif", 900)
    assert spec["title"]["text"] == ["3e−6 and 10⁵"]
    assert spec["title"]["subtitle"] == ["2.5e12"]


def test_latin_words_between_japanese_marks_are_not_cut() -> None:
    lines = wrapped("太線は gelu、灰色は linear、sigmoid、softplus、mish。", 120, 10)
    assert not any(line.endswith(("so", "sig", "lin")) for line in lines)
    assert "softplus、" in "".join(lines)
