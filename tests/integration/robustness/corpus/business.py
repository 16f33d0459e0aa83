"""Steps that a document's state forbids, all pairs of them; and what the rules of the business do
not allow although every field is well formed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.integration.robustness.corpus import rules
from tests.integration.robustness.corpus.machines import customer, money, opportunity, order
from tests.integration.robustness.corpus.machines.machine import Machine
from tests.integration.robustness.corpus.tally import Tally, operation
from tests.support.bad_input import Case, encoded, good_request

MACHINES = (*customer.MACHINES, *opportunity.MACHINES, *order.MACHINES, *money.MACHINES)
_CONFLICT = frozenset({409})


async def run(tally: Tally) -> None:
    """Each step in each state that forbids it, and each rule broken."""
    await rules.run(tally)
    for machine in MACHINES:
        world, made = tally.worlds[machine.service], {}
        for state, reach in machine.states.items():
            made[state] = (await reach(world))["id"]
        await tally.refuse(
            machine.service,
            [
                case
                for state, document in made.items()
                for case in _forbidden(tally, machine, state, document)
            ],
        )


def _forbidden(tally: Tally, machine: Machine, state: str, document: str) -> Iterator[Case]:
    world = tally.worlds[machine.service]
    known = {**world.known, machine.id_name: document}
    for step in machine.refused(state):
        asked = operation(world, machine.steps[step])
        case = good_request(asked, known)
        if step in machine.bodies:
            case = replace(case, content=encoded(machine.bodies[step]))
        yield replace(
            case,
            kind=f"{machine.id_name} {state}",
            name=step,
            statuses=_CONFLICT,
            codes=frozenset(machine.codes),
        )
