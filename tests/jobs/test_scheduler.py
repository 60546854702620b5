"""A Dask scheduler elsewhere, behind TLS, trains instead of this machine; or it is not there."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from distributed import Security

from core.errors import StoreUnavailable, TrainerUnavailable, told_message
from core.experiment import Experiment
from core.jobs import TrainerProcess, train
from core.jobs.connection import connected
from core.report import Status
from core.store import Store

from .conftest import ROOT, ended, same_numbers, until

CLI = "import sys; from distributed.cli.dask_{0} import main; sys.exit(main())"


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Cluster:
    """``dask scheduler`` and ``dask worker`` on this machine, with credentials in ``folder``."""

    folder: Path
    address: str
    environment: dict[str, str]

    def start(self, what: str, *options: str) -> "subprocess.Popen[bytes]":
        log = (self.folder / f"{what}.log").open("ab")
        with log:
            return subprocess.Popen(
                [sys.executable, "-c", CLI.format(what), *options],
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=log,
            )

    def scheduler(self) -> "subprocess.Popen[bytes]":
        port = self.address.rpartition(":")[2]
        where = ("--host", "127.0.0.1", "--port", port, "--protocol", "tls")
        return self.start("scheduler", *where, "--no-dashboard")

    def worker(self) -> "subprocess.Popen[bytes]":
        size = ("--nworkers", "1", "--nthreads", "4")
        return self.start("worker", self.address, *size, "--no-dashboard")


def end(*processes: "subprocess.Popen[bytes]") -> None:
    for process in processes:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler and a worker that run while the module's tests do."""
    folder = tmp_path_factory.mktemp("dask")
    secret = Security.temporary()
    tls = "DASK_DISTRIBUTED__COMM__TLS"
    environment = dict(os.environ)
    for name, text in (("ca.pem", secret.tls_ca_file), ("key.pem", secret.tls_scheduler_key)):
        (folder / name).write_text(str(text))
    (folder / "cert.pem").write_text(str(secret.tls_scheduler_cert))
    environment |= {f"{tls}__CA_FILE": str(folder / "ca.pem"), "PYTHONPATH": str(ROOT)}
    environment["DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION"] = "true"
    for role in ("SCHEDULER", "WORKER", "CLIENT"):
        environment[f"{tls}__{role}__KEY"] = str(folder / "key.pem")
        environment[f"{tls}__{role}__CERT"] = str(folder / "cert.pem")
    made = Cluster(folder, f"tls://127.0.0.1:{free_port()}", environment)
    processes = [made.scheduler(), made.worker()]
    yield made
    end(*reversed(processes))


@pytest.fixture
def trainer(cluster: Cluster, shared: Store) -> Iterator[TrainerProcess]:
    """A trainer of ``shared`` that uses the cluster, with the credentials of the environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in cluster.environment.items():
            patch.setenv(name, value)
        process = TrainerProcess(shared.url, cluster.address)
    assert process.ensure()
    yield process
    process.close()


def test_a_scheduler_elsewhere_trains_the_same(
    cluster: Cluster, shared: Store, trainer: TrainerProcess
) -> None:
    experiment = Experiment(dataset="moons", activation=["relu", "tanh"], epochs=2)
    job = ended(shared, shared.submit(experiment))
    assert (job.status, job.message) == (Status.FINISHED, "")
    same_numbers(shared.epochs(job.run_ids), train(experiment).store.epochs(job.run_ids))


def test_the_command_line_trains_on_a_cluster_of_which_a_worker_is_killed(
    cluster: Cluster, tmp_path: Path
) -> None:
    """Two workers with a process of their own each; neither sees the store."""
    second = cluster.worker()
    lists = ["--dataset", "moons", "--hidden", "8", "--hidden", "9", "--epochs", "150"]
    command = [sys.executable, "-m", "core", "train", *lists, "--scheduler", cluster.address]
    url = f"sqlite:///{tmp_path}/kassei.sqlite"
    environment = cluster.environment | {"KASSEI_STORE": url}
    with (
        Store.open(url) as store,
        subprocess.Popen(
            command,
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        until(lambda: store.queue() and store.job(store.queue()[0].id).epochs_done > 20)
        # The nanny, which would start its worker again, and with it the worker.
        second.kill()
        second.wait()
        _, said = process.communicate(timeout=300)
        assert process.returncode == 0, said
        assert said.splitlines()[-1].startswith("300 of 300 epochs")
        experiment = Experiment(dataset="moons", hidden=[[8], [9]], epochs=150)
        ids = [config.run_id for config in experiment.grid()]
        same_numbers(store.epochs(ids), train(experiment).store.epochs(ids))


@pytest.fixture
def bare(cluster: Cluster, tmp_path: Path) -> Cluster:
    """Another scheduler's address, where processes begin without this package."""
    kept = {name: text for name, text in cluster.environment.items() if name != "PYTHONPATH"}
    return Cluster(tmp_path, f"tls://127.0.0.1:{free_port()}", kept)


def _command(cluster: Cluster, address: str, folder: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "core", "train", "--dataset", "moons", "--epochs", "1"]
    return subprocess.Popen(
        [*command, "--scheduler", address],
        cwd=folder,
        env=cluster.environment | {"KASSEI_STORE": f"sqlite:///{folder}/kassei.sqlite"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_scheduler_without_this_package_is_told_where_to_start(
    cluster: Cluster, bare: Cluster, tmp_path: Path
) -> None:
    scheduler, worker = bare.scheduler(), replace(cluster, address=bare.address).worker()
    with _command(cluster, bare.address, tmp_path) as process:
        _, said = process.communicate(timeout=300)
    end(scheduler, worker)
    assert process.returncode == 1
    assert "PYTHONPATH" in said
    assert "Traceback" not in said


def test_a_worker_without_this_package_is_told_where_to_start_and_another_trains(
    cluster: Cluster, bare: Cluster, tmp_path: Path
) -> None:
    beside = replace(cluster, address=bare.address)
    scheduler, worker = beside.scheduler(), bare.worker()
    with _command(cluster, bare.address, tmp_path) as process:
        assert process.stderr
        lines = iter(process.stderr.readline, "")
        assert any("PYTHONPATH" in line for line in lines)
        sound = beside.worker()
        assert "Traceback" not in process.communicate(timeout=300)[1]
    end(scheduler, worker, sound)
    assert process.returncode == 0


def test_jobs_wait_for_a_scheduler_that_is_not_there_and_the_reason_is_told(
    shared: Store, cluster: Cluster
) -> None:
    """The cluster's own trainer has ended: this one has an address where nobody listens."""
    address = f"tcp://127.0.0.1:{free_port()}"
    job_id = shared.submit(Experiment(dataset="circles", epochs=1))
    process = TrainerProcess(shared.url, address)
    assert process.ensure()
    until(lambda: process.trouble)
    said = told_message(process.trouble, str)
    assert said.startswith(f"No Dask scheduler answers at {address}")

    def told() -> bool:
        trainer = shared.trainer()
        return bool(trainer and told_message(trainer.trouble, str) == said)

    until(told)
    assert shared.job(job_id).status == Status.QUEUED
    process.close()
    shared.ask_stop(job_id)


def test_a_relative_store_is_the_same_for_the_trainer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in a folder that has a package of the same name; the refused address is the sign."""
    (tmp_path / "core").mkdir()
    (tmp_path / "core" / "__init__.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    with Store.open("sqlite:///here.sqlite") as here:
        job_id = here.submit(Experiment(dataset="circles", epochs=1))
        process = TrainerProcess("sqlite:///here.sqlite", "nonsense")
        assert process.ensure()
        job = ended(here, job_id)
        process.close()
    assert "is not the address" in told_message(job.message, str)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_store_in_memory_is_refused(url: str) -> None:
    with pytest.raises(StoreUnavailable, match="in the memory of one process"):
        TrainerProcess(url)


def test_jobs_wait_for_a_local_cluster_that_cannot_start(tmp_path: Path) -> None:
    """Its worker's scratch folder is below a file; once it is not, the job is trained."""
    (tmp_path / "file").write_text("")
    with Store.open(f"sqlite:///{tmp_path}/kassei.sqlite") as store:
        job_id = store.submit(Experiment(dataset="circles", epochs=1))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("DASK_TEMPORARY_DIRECTORY", str(tmp_path / "file" / "below"))
            process = TrainerProcess(store.url)
        assert process.ensure()
        until(lambda: process.trouble)
        assert told_message(process.trouble, str).startswith("The local Dask cluster cannot start")
        assert store.job(job_id).status == Status.QUEUED
        (tmp_path / "file").unlink()
        assert ended(store, job_id).status == Status.FINISHED
        assert process.trouble == ""
        process.close()


@pytest.mark.parametrize("address", ["nonsense", "tcp://host", "carrier-pigeon://host:1"])
def test_an_address_that_is_none_is_refused_at_once(address: str) -> None:
    with pytest.raises(TrainerUnavailable, match="is not the address"), connected(address, 2**30):
        pass


@pytest.mark.parametrize("address", ["tls://127.0.0.1:8786", "wss://127.0.0.1:8786"])
def test_an_encrypted_address_without_certificates_is_refused_with_the_variables(
    address: str,
) -> None:
    with pytest.raises(TrainerUnavailable) as refused, connected(address, 2**30):
        pass
    assert str(refused.value).startswith(f"{address} asks for certificates")
    assert "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT" in str(refused.value)


def test_a_trainer_without_a_scheduler_ends_in_a_sentence(tmp_path: Path) -> None:
    address = "nonsense"
    said = subprocess.run(
        [sys.executable, "-m", "core", "trainer"],
        cwd=tmp_path,
        env=os.environ
        | {
            "PYTHONPATH": str(ROOT),
            "KASSEI_STORE": f"sqlite:///{tmp_path}/kassei.sqlite",
            "KASSEI_SCHEDULER": address,
        },
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
    assert said.returncode == 2
    _, sentence = said.stderr.splitlines()
    assert sentence.startswith(f"{address} is not the address of a Dask scheduler; valid is tls:")
