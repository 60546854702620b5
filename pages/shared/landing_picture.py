"""The landing page's comparison as one picture that explains itself.

Drawn when it is asked for, from the shipped frames: it imports all that the landing page must
not wait for.
"""

from core.analysis import sentences
from core.analysis.comparison import headline
from core.analysis.configurations import configurations
from core.analysis.convergence import curves
from core.analysis.layers import layer_strip
from core.charts.curves import curve_chart
from core.charts.palette import legible, styles
from core.charts.poster import WIDTH, About, poster, texts_chart
from core.charts.strip import STATISTICS, strip_chart
from core.charts.vega import Chart
from core.errors import KasseiError
from core.gallery.entry import Entry
from core.gallery.summary import Words
from core.language import Translate
from core.metrics import METRICS
from core.sharing import picture
from core.sharing.bundle import Bundle
from pages.shared import caches

_BOARD_WIDTH = 520
_ABREAST = 2


def landing_picture(entry: Entry, words: Words, link: str, _: Translate) -> bytes:
    """Curves, leaderboard and layers of ``entry`` as a PNG; where they are missing, it says so."""
    title = _(entry.question)
    lines = [words.setting]
    rows: list[list[Chart]] = []
    try:
        bundle = caches.gallery(entry.name)
        rows = _rows(bundle, entry, words, _)
        if differing := sentences.differing(bundle.runs, _):
            lines.append(_("What differs: {fields}").format(fields=differing))
    except KasseiError as error:
        lines = [error.told(_), *lines]
    interval = _("Bands and ±: the 95 % interval of the mean over seeds (Student's t).")
    told = About(title, tuple(lines), (*words.findings, interval, link))
    notes = {"Title": title, "Description": " ".join(lines), "Source": link}
    return picture.render(poster(told, rows, picture.FONT, WIDTH), notes)


def _rows(bundle: Bundle, entry: Entry, words: Words, _: Translate) -> list[list[Chart]]:
    runs = bundle.runs
    metric = METRICS[headline(runs)]
    table = configurations(runs)
    names = list(table["configuration"])
    # A picture is on white, whatever the page is.
    drawn = styles(table, dark=False)
    curve = curve_chart(
        curves(bundle.epochs, runs, metric.column),
        metric,
        drawn,
        _,
        last_epoch=int(runs["epochs"].max()),
    )
    inks = [legible(drawn[row.cells[0]].colour) for row in words.rows]
    cells = [row.cells for row in words.rows]
    board = texts_chart(words.headings, cells, inks, _BOARD_WIDTH)
    layers = layer_strip(
        bundle.layers, runs, list(entry.statistics), int(bundle.layers["epoch"].max())
    )
    strips: list[Chart] = [
        strip_chart(layers, STATISTICS[name], names, _).properties(title=_(STATISTICS[name].title))
        for name in entry.statistics
    ]
    pairs = [strips[start : start + _ABREAST] for start in range(0, len(strips), _ABREAST)]
    return [[curve, board], *pairs]
