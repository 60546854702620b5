"""What an environment gets: exact, within the project's bounds, one TensorFlow everywhere."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]


def project() -> dict[str, Requirement]:
    """What pyproject.toml asks for, by name; the two TensorFlows are two."""
    content = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*content["project"]["dependencies"], *content["dependency-groups"]["dev"]]
    return {found.name.lower(): found for found in map(Requirement, wanted)}


def pinned(name: str) -> list[Requirement]:
    """The lines of a requirements file."""
    lines = (ROOT / name).read_text().splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-r "))]


def test_requirements_are_exact_and_name_no_index() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        assert not re.search(r"^--", text, re.MULTILINE)
        for requirement in pinned(name):
            assert [part.operator for part in requirement.specifier] == ["=="], requirement
            assert not requirement.url


def test_requirements_are_within_the_projects_bounds() -> None:
    exact = [*pinned("requirements.txt"), *pinned("requirements-dev.txt")]
    for name, wanted in project().items():
        here = [found for found in exact if found.name.lower() == name]
        assert here, f"{name} is not in the requirements"
        for found in here:
            (version,) = found.specifier
            assert wanted.specifier.contains(version.version), f"{found} is not {wanted}"


@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
@pytest.mark.parametrize("machine", ["x86_64", "aarch64", "arm64", "AMD64"])
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_there_is_one_tensorflow_wherever_one_installs(
    system: str, machine: str, python: str
) -> None:
    place = {
        "sys_platform": system,
        "platform_machine": machine,
        "python_version": python,
        "python_full_version": f"{python}.1",
    }
    here = [
        found.name
        for found in pinned("requirements.txt")
        if not found.marker or found.marker.evaluate(place)
    ]
    assert len(here) == len(set(here))
    assert len([name for name in here if name.startswith("tensorflow")]) == 1


def test_community_cloud_finds_one_file_of_dependencies() -> None:
    # https://docs.streamlit.io/deploy/streamlit-community-cloud/deploy-your-app/app-dependencies
    preferred = ("uv.lock", "Pipfile", "environment.yml", "poetry.lock")
    assert not [name for name in preferred if (ROOT / name).exists()]
