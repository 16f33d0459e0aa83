"""No part of the system is outside the import contracts."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from shared.service import NAMES
from tests.architecture.sources import ROOT

CONTRACTS: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"][
    "importlinter"
]["contracts"]


@pytest.mark.parametrize("part", ["shared", *(f"services.{name}" for name in NAMES)])
def test_what_is_new_must_be_given_its_place_among_the_layers(part: str) -> None:
    """A slice that no contract knows could import whatever it likes; an exhaustive contract is
    broken by it."""
    (contract,) = [each for each in CONTRACTS if each.get("containers") == [part]]
    assert contract["type"] == "layers"
    assert contract["exhaustive"] is True
    slices = {entry for entry in contract.get("exhaustive_ignores", ()) if "." not in entry}
    folders = {each.parent.name for each in ROOT.joinpath(*part.split(".")).glob("*/__init__.py")}
    assert slices & folders <= {"migrations"}, "a slice is never among what is left out"


@pytest.mark.parametrize("name", NAMES)
def test_every_slice_has_layers_inside(name: str) -> None:
    (contract,) = [each for each in CONTRACTS if each["id"] == "slice-layers"]
    assert f"services.{name}.*" in contract["containers"]
