"""How the command line ends: exit codes, one sentence on standard error, and Ctrl-C."""

import os
import pty
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from core.cli import cli
from core.cli.gallery import gallery
from core.experiment import RunConfig
from core.report import RunEnd, Status
from core.store import Store

from .conftest import ROOT, Shell, one_sentence


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["train", "--activation", "rellu"], "Unknown activation 'rellu'; valid are linear, step"),
        (["train", "--dataset", "cifar"], "Unknown data set 'cifar'; valid are mnist"),
        (["train", "--learning-rate", "0"], "learning_rate must be a number above 0"),
        (["train", "--learning-rate", "nan"], "learning_rate must be a number above 0"),
        (["train", "--learning-rate", "fast"], "not 'fast'"),
        (["train", "--seed", ""], "seed is an empty list"),
        (["train", "--seed", "4-0"], "The range 4-0"),
        (["train", "--hidden", ""], "or none for no hidden layer"),
        (["train", "--hidden", "8", "--hidden", " "], "or none for no hidden layer"),
        (["train", "--hidden", "1000000000"], "hidden must be a whole number from 1 to 16384"),
        (["train", "--train-samples", "60001"], "60000"),
        (["train", "--batch-size", "60001"], "larger than the training set of 60000"),
        (["train", "--loss", "mse", "--output", "softmax", "--dataset", "sine"], "softmax"),
        (["train", "--loss", "cross_entropy", "--dataset", "sine"], "valid are mse"),
        (
            ["train", "--engine", "fast", "--dataset", "moons"],
            "'fast' is not one of 'stacked', 'keras'",
        ),
        (["train", "missing.yaml"], "No such file or directory"),
        (["train", "folder"], "folder"),
        (["train", "binary.yaml"], "UTF-8"),
        (["train", "/dev/zero"], "longer than 100,000 characters"),
        (["train", "code.yaml"], "YAML tag"),
        (["train", "--acttivation", "relu"], "'--acttivation' (did you mean '--activation'?); see"),
        (["train", "--optimiser", "sgd"], "'--optimiser' (did you mean '--optimizer'?); see"),
        (["train", "--lr", "1"], "No such option '--lr'; see python -m core train --help."),
        (["train", "--dataset", "moons", "--scheduler", "foo"], "foo is not the address of a Dask"),
        (["train", "missing.yaml"], "missing.yaml cannot be read: No such file or directory."),
        (["train", "--learning-rate", "0.1,", "0.2"], "separated by commas, without spaces."),
        (["import", "missing"], "missing cannot be read: No such file or directory."),
        (["train", "--dataset", "moons", "--export", "binary.yaml/x"], "binary.yaml/x"),
        (["show"], "see python -m core show --help"),
        (["show", "zz"], "`python -m core runs`"),
        (["delete", "0123"], "'0123'"),
        (["export", "binary.yaml"], "binary.yaml"),
        (["tarin"], "'tarin' (did you mean 'train'?); see python -m core --help"),
        (["gallery", "lits"], "'lits' (did you mean 'list'?); see python -m core gallery --help"),
    ],
)
def test_bad_input_ends_with_2_and_one_sentence(
    shell: Shell, arguments: list[str], words: str
) -> None:
    (shell.folder / "folder").mkdir()
    (shell.folder / "binary.yaml").write_bytes(b"\x89PNG\xff\xfe")
    (shell.folder / "code.yaml").write_text("seed: !!python/object/apply:os.getpid []")
    ended = shell(*arguments)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert one_sentence(ended.stderr), ended.stderr
    assert words in ended.stderr


@pytest.mark.parametrize("group", [cli, gallery])
def test_help_tells_the_whole_of_every_command(shell: Shell, group: click.Group) -> None:
    told = " ".join(shell(*([] if group is cli else ["gallery"]), "--help").stdout.split())
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        assert command.help is not None
        first = " ".join(command.help.split("\n\n")[0].split())
        assert f"{name} {first}" in told


@pytest.mark.parametrize("file", ["README.md", "README.ja.md"])
def test_the_readme_lists_every_command(file: str) -> None:
    lines = (ROOT / file).read_text().splitlines()
    for name in cli.list_commands(click.Context(cli)):
        # The trainer is the app's own; the section of what is kept where tells of it.
        if name != "trainer":
            assert any(line.startswith(f"python -m core {name}") for line in lines), name


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "KASSEI_STORE is not the URL"),
        ("mysql://u:secret@host/db", "cannot use mysql"),
        ("sqlite:////proc/none/kassei.sqlite", "cannot be made"),
        ("sqlite:///text.sqlite", "is not a store"),
    ],
)
def test_a_store_that_cannot_be_opened_is_told_before_training(
    shell: Shell, url: str, words: str
) -> None:
    (shell.folder / "text.sqlite").write_text("not a database, but a text of some length\n" * 20)
    for command in (["runs"], ["train", "--dataset", "moons"]):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Shell, "environment", shell.environment | {"KASSEI_STORE": url})
            ended = shell(*command)
        assert ended.returncode == 2
        assert one_sentence(ended.stderr)
        assert words in ended.stderr
        assert "secret" not in ended.stderr


def test_an_error_leaves_a_process_with_2_and_without_a_traceback(shell: Shell) -> None:
    ended = shell.run("train", "--activation", "rellu", "--dataset", "mnist")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert one_sentence(ended.stderr)


def test_a_training_that_fails_ends_with_1_and_its_runs_say_why(shell: Shell) -> None:
    """A TensorFlow that cannot be imported stands for all that can go wrong in training."""
    (shell.folder / "broken" / "tensorflow").mkdir(parents=True)
    module = shell.folder / "broken" / "tensorflow" / "__init__.py"
    module.write_text("raise ImportError('libtensorflow_cc.so.2: cannot open')")
    path = f"{shell.folder / 'broken'}{os.pathsep}{ROOT}"
    ended = shell.run("train", "--dataset", "moons", "--seed", "0-1", PYTHONPATH=path)
    assert ended.returncode == 1
    assert one_sentence(ended.stderr.removeprefix("2 runs\n")), ended.stderr
    assert "libtensorflow_cc.so.2: cannot open" in ended.stderr
    lines = shell("runs").stdout.splitlines()[1:]
    assert [line.split()[1] for line in lines] == ["failed", "failed"]
    assert "libtensorflow_cc" in shell("show", lines[0].split()[0]).stdout


def test_a_corrupt_mnist_is_a_sentence_and_not_a_result(shell: Shell, mnist: Path) -> None:
    content = bytearray(mnist.read_bytes())
    content[len(content) // 2] ^= 1
    (shell.folder / "mnist.npz").write_bytes(content)
    environment = shell.environment | {"KASSEI_MNIST": str(shell.folder / "mnist.npz")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Shell, "environment", environment)
        ended = shell("train", "--export", "tables")
        doctor = shell("doctor")
    assert ended.returncode == 2
    assert one_sentence(ended.stderr.removeprefix("1 run\n")), ended.stderr
    assert "digits is there meanwhile" in ended.stderr
    assert list((shell.folder / "tables").iterdir()) == []
    run_id, status, *_ = shell("runs").stdout.splitlines()[1].split()
    assert status == "failed"
    assert f"message             {ended.stderr.splitlines()[-1]}" in shell("show", run_id).stdout
    assert doctor.returncode == 1
    assert "data: MNIST cannot be read" in doctor.stdout


@pytest.fixture
def mnist() -> Path:
    """The real mnist.npz."""
    from data.mnist import local_file

    path = local_file()
    if path is None:
        pytest.fail("This test needs the real MNIST: set KASSEI_MNIST to a mnist.npz.")
    return path.resolve()


def test_doctor_tells_that_tensorflow_does_not_start(shell: Shell) -> None:
    (shell.folder / "broken" / "tensorflow").mkdir(parents=True)
    module = shell.folder / "broken" / "tensorflow" / "__init__.py"
    module.write_text("raise ImportError('libtensorflow_cc.so.2: cannot open')")
    path = f"{shell.folder / 'broken'}{os.pathsep}{ROOT}"
    ended = shell.run("doctor", PYTHONPATH=path, KASSEI_MNIST=str(shell.folder / "mnist.npz"))
    assert ended.returncode == 1
    assert f"mnist.npz {shell.folder / 'mnist.npz'}" in ended.stdout
    last = ended.stdout.splitlines()[-1]
    assert last.startswith("trainer: TensorFlow and Keras do not start (ImportError: libtensor")
    assert "pip install" in last
    assert ended.stderr == ""


def test_doctor_tells_what_works(shell: Shell) -> None:
    ended = shell("doctor")
    assert ended.returncode == 0
    lines = dict(line.split(maxsplit=1) for line in ended.stdout.splitlines())
    assert lines["data:"] == "MNIST is here and verified (60,000 + 10,000 images)"
    assert lines["store:"] == f"sqlite:///{shell.folder}/kassei.sqlite, 0 runs"
    assert lines["mnist.npz"].endswith("mnist.npz")
    assert lines["service:"].startswith("no trainer serves the store")
    assert lines["speed:"] == "nothing was trained yet"
    assert lines["bounds:"].startswith("private; at most runs 100,000")
    assert lines["trainer:"] == "local; TensorFlow and Keras start in its worker"
    assert lines["keras"][0].isdigit()


def test_a_full_disk_ends_with_a_sentence_and_an_intact_store(shell: Shell) -> None:
    with Store.open(f"sqlite:///{shell.folder}/kassei.sqlite"):
        size = (shell.folder / "kassei.sqlite").stat().st_size

    def full() -> None:
        # No file may grow beyond the empty store: what is written there fails as on a full disk.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    seeds = ("--dataset", "moons", "--epochs", 0, "--seed", "0-999")
    ended = shell.run("train", *seeds, before=full)
    assert ended.returncode == 2
    assert one_sentence(ended.stderr.removeprefix("1,000 runs\n")), ended.stderr
    assert "disk is full" in ended.stderr
    assert shell("runs").stdout.startswith("No runs yet")


def test_ctrl_c_keeps_what_was_recorded(shell: Shell) -> None:
    with shell.start("train", "--dataset", "moons", "--epochs", 3000) as process:
        assert process.stderr
        lines = iter(process.stderr.readline, "")
        assert next(line for line in lines if "of 3,000 epochs" in line)
        process.send_signal(signal.SIGINT)
        asked = time.monotonic()
        rest = list(lines)
        assert process.wait(timeout=30) == 130
        assert time.monotonic() - asked < 5
    assert rest[-1] == "Stopped: what was trained until then is kept.\n"
    assert "Traceback" not in "".join(rest)
    with Store.open(f"sqlite:///{shell.folder}/kassei.sqlite") as store:
        run = store.runs().iloc[0]
        assert run["status"] == "cancelled"
        assert 0 < run["epochs_done"] < 3000
        assert len(store.epochs([run["run_id"]])) == run["epochs_done"] + 1


def test_ctrl_c_before_training_ends_at_once(shell: Shell) -> None:
    with shell.start("train", "--dataset", "moons", "--epochs", 600) as process:
        assert process.stderr
        assert process.stderr.readline() == "1 run\n"
        process.send_signal(signal.SIGINT)
        assert "Traceback" not in process.stderr.read()
        assert process.wait(timeout=30) == 130
    with Store.open(f"sqlite:///{shell.folder}/kassei.sqlite") as store:
        assert set(store.runs()["status"]) <= {"cancelled"}


def test_a_terminal_sees_a_bar(shell: Shell) -> None:
    """Through a pseudo-terminal; one run of two is trained already, and not counted."""
    with Store.open(f"sqlite:///{shell.folder}/kassei.sqlite") as store:
        config = RunConfig(dataset="moons", epochs=1)
        store.add_runs([config], "", "stacked")
        store.write([RunEnd(config.run_id, Status.FINISHED)])
    main, terminal = pty.openpty()
    command = [sys.executable, "-m", "core", "train", "--dataset", "moons", "--epochs", "1"]
    with subprocess.Popen(
        [*command, "--seed", "0-1"],
        cwd=shell.folder,
        env=shell.environment,
        stdout=subprocess.DEVNULL,
        stderr=terminal,
    ) as process:
        os.close(terminal)
        seen = b""
        try:
            while chunk := os.read(main, 4096):
                seen += chunk
        except OSError:
            # Linux's word for a terminal whose last program has ended.
            pass
    os.close(main)
    assert process.returncode == 0
    assert b"2 runs, 1 of them trained already" in seen
    assert b"100%" in seen
    assert b"oneDNN" not in seen
