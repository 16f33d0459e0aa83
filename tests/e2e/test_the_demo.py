"""What the README promises of `make demo ONCE=1`, and of the two commands it names after it."""

from __future__ import annotations

import pytest

from tests.support.system import new_system

_MINUTES = 10


@pytest.mark.timeout(_MINUTES * 90)
async def test_the_demo_plays_to_its_end_and_its_figures_stand() -> None:
    """Its figures are those of the file; what it did keeps every promise and can be built anew."""
    async with new_system() as system:
        demo = await system.run("demo", "--once", "--port", "0", patience=_MINUTES * 60)
        assert demo.returncode == 0, demo.stdout + demo.stderr
        assert "18 months, 244,091.94 USD: equal to the cent." in demo.stdout
        assert "✗ 403" in demo.stdout, "nobody was refused for lack of authority"
        assert "approval.escalated" in demo.stdout, "nothing escalated"

        check = await system.run("check")
        assert check.returncode == 0, check.stdout + check.stderr
        replay = await system.run("replay", "analytics")
        assert replay.returncode == 0, replay.stdout + replay.stderr
        assert "; 0 rows differ" in replay.stdout
