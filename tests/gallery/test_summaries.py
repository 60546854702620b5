"""What the landing page says at once is what the bundles say, in each language."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import BundleUnavailable
from core.gallery.entries import ENTRIES
from core.gallery.making import summarise
from core.gallery.summary import GALLERY, from_json, read_summary, to_json, write_summary
from core.language import LANGUAGES
from core.sharing import bundle

ROOT = Path(__file__).resolve().parents[2]

FIRST = """
import sys
import streamlit
before = set(sys.modules)
import pages.shared.frame, pages.shared.landing
from core.charts.still import curves_html
from core.gallery.summary import read_summary
summary = read_summary("mnist-activations")
curves_html(summary.still, {"alt": "", "x": "", "point": ""})
added = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(added - set(sys.stdlib_module_names)))
"""


@pytest.mark.parametrize("name", ENTRIES)
def test_a_summary_says_what_its_bundle_says(name: str) -> None:
    # Where this fails: python -m core gallery build --summaries
    made = summarise(bundle.read(name), ENTRIES[name])
    assert from_json(to_json(made)) == made
    assert read_summary(name) == made


def test_every_bundle_is_an_entry_with_a_summary() -> None:
    assert sorted(ENTRIES) == bundle.names()
    for name in ENTRIES:
        assert set(read_summary(name).words) == set(LANGUAGES)


def test_the_gallery_is_below_ten_megabytes() -> None:
    assert sum(path.stat().st_size for path in GALLERY.rglob("*") if path.is_file()) < 10_000_000


def test_the_first_drawing_imports_our_own_modules_alone() -> None:
    """Neither pandas, pyarrow, NumPy nor Altair: each costs a cold start 0.1 to 0.5 seconds."""
    told = subprocess.run(
        [sys.executable, "-c", FIRST], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert set(told) <= {"core", "pages"}


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"still": {"lines": [{}]}}', "\0"])
def test_a_damaged_summary_is_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "summary.json").write_text(text)
    with pytest.raises(BundleUnavailable, match="cannot be read"):
        read_summary("one", tmp_path)


def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "one").mkdir()
    write_summary("one", read_summary("mnist-activations"), tmp_path)
    for name in ("../one", "one/../one", "", "ONE"):
        with pytest.raises(BundleUnavailable):
            read_summary(name, tmp_path / "inner")
