"""Form and results on a phone or tablet, where one stands below the other.

Whoever came for results by a link meets those first, and whoever came to choose the form. The
order stays as long as the visitor does: it must not turn round under a finger.
"""

import streamlit as st

_KEPT = "results_first"
_RESULTS_FIRST = """<style>
@media (max-width: 1000px) {
  .st-key-compare > [data-testid="stLayoutWrapper"] > [data-testid="stHorizontalBlock"]
    > [data-testid="stColumn"]:last-child {order: -1;}
}
</style>"""


def arrive(*, results: bool) -> None:
    """Call before the form is drawn; ``results`` says that the link names some."""
    # On the way over another page widgets are forgotten.
    if "activation" not in st.session_state:
        st.session_state[_KEPT] = results
    if st.session_state.get(_KEPT):
        st.html(_RESULTS_FIRST)
