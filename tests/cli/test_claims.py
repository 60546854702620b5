"""``claims``: the table, one in full, runs of one's own, and what is refused."""

from core.cli.codes import BAD_USAGE
from core.gallery.claims import CLAIMS
from core.store import Store

from .conftest import Shell, one_sentence


def test_all_claims_are_listed_with_verdict_effect_and_seeds(shell: Shell) -> None:
    done = shell("claims")
    assert done.returncode == 0
    lines = {line.split("  ")[0]: line for line in done.stdout.splitlines() if line}
    for name, claim in CLAIMS.items():
        assert claim.words in lines[name]
    assert "does not hold" in lines["elu-before-relu"]
    assert "×0.772 (0.612 – 0.973)" in lines["elu-before-relu"]
    assert "+46.89 points" in lines["leaky-lives"]
    assert done.stdout.splitlines()[-1].startswith(f"Of {len(CLAIMS)} claims")


def test_a_claim_in_full_says_its_source_what_was_asked_and_how_to_repeat_it(shell: Shell) -> None:
    told = shell("claims", "relu-keeps", "relu-keeps").stdout
    assert told.count("relu-keeps: ") == 1
    for part in (
        "Glorot, Bordes & Bengio 2011",
        "does not hold, 5 seeds",
        "It holds if that is above ×0.1.",
        "He's initial weights keep it.",
        "data/gallery/vanishing-depth",
        "python -m core claims relu-keeps --train --seed 0-9",
    ):
        assert part in told


def test_runs_of_ones_own_are_trained_once_and_judged(shell: Shell) -> None:
    arguments = ("claims", "huber-above-mse", "mae-above-mse", "--train", "--seed", "0-2")
    first = shell(*arguments)
    assert first.returncode == 0, first.stderr
    assert first.stdout.count("holds, 3 seeds") == 2
    assert first.stdout.count("(of your store)") == 2
    assert "data/gallery" not in first.stdout
    assert "12 runs" in first.stderr
    again = shell(*arguments)
    assert again.stdout == first.stdout
    assert "epochs" not in again.stderr
    with Store.open(f"sqlite:///{shell.folder}/kassei.sqlite") as store:
        assert len(store.runs()) == 12


def test_what_is_no_claim_or_no_seed_is_refused_in_a_sentence(shell: Shell) -> None:
    unknown = shell("claims", "relu-lives")
    assert unknown.returncode == BAD_USAGE
    assert "No such claim 'relu-lives' (did you mean" in unknown.stderr
    assert one_sentence(unknown.stderr)
    for arguments in (("--seed", "0-2"), ("huber-above-mse", "--train", "--seed", "x")):
        refused = shell("claims", *arguments)
        assert refused.returncode == BAD_USAGE
        assert one_sentence(refused.stderr), refused.stderr
