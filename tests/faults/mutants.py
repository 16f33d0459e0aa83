"""``python -m tests.faults.mutants``: puts in one bug after the other, and sees each caught.

A test that has never failed proves nothing. Each bug names the quickest test that must fail with
it; the same tests pass without it, which is shown first.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import import_module

_BUGS = (
    "tests.faults.bugs",
    "tests.faults.key_bugs",
    "tests.faults.rule_bugs",
    "tests.faults.plan_bugs",
    "tests.faults.number_bugs",
    "tests.faults.agreement_bugs",
)
_SECONDS = 240
_PYTEST = (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--timeout", "120")
_SUMMARY = re.compile(r"^(?:FAILED|ERROR) (tests/.+)$", re.M)

#: Where a test is of any bus, the log in PostgreSQL is the quickest.
_SHARED, _ORDER = "tests/integration/shared", "tests/integration/order"
_QUOTES = "tests/integration/opportunity/test_quote_approval.py"
_APPROVALS = "tests/unit/shared/approvals/test_model.py"
_PLANS = "tests/unit/opportunity/test_plan_periods.py"
_NUMBERS = f"{_ORDER}/test_number_ranges.py"
_AMENDMENTS = f"{_ORDER}/test_amendments.py"
_EXPENSES = f"{_ORDER}/test_expenses.py"
_ROBUST = "tests/integration/robustness"
_PORTAL = "tests/matrix/test_portal.py"
_CUT = "tests/faults/test_network.py::test_a_reset_at_the_commit_is_resolved_by_the_key"

#: The bug, and the test that must fail with it.
CATCHERS = {
    "high_water_mark": "tests/faults/test_relays.py::test_what_commits_late_is_published",
    "several_relays": "tests/faults/test_relays.py::test_four_relays_overtake_nobody",
    "marked_first": (
        f"{_SHARED}/test_relay.py::test_a_bus_that_is_away_delays_events_and_loses_none"
    ),
    "events_after_the_commit": _CUT,
    "events_before_the_commit": _CUT,
    "without_inbox": f"{_SHARED}/test_inbox.py::test_redelivery_changes_nothing",
    "inbox_asked_first": (
        f"{_SHARED}/test_inbox.py::test_an_event_in_two_partitions_at_once_is_applied_once"
    ),
    "inbox_apart": f"{_SHARED}/test_inbox.py::test_a_failed_batch_leaves_nothing_behind",
    "errors_swallowed": (
        f"{_SHARED}/test_parked.py::test_a_poison_event_holds_its_aggregate_alone"
    ),
    "nobody_is_held": (
        f"{_SHARED}/test_parked.py::test_later_deliveries_are_held_in_the_fast_path"
    ),
    "last_of_a_batch_left_out": (
        f"{_SHARED}/test_inbox.py::test_each_event_has_its_effect_once_and_in_order"
    ),
    "position_first": (
        f"{_SHARED}/test_bus.py::test_a_failed_batch_comes_again_and_is_not_committed_before[postgres]"
    ),
    "no_key_stored": f"{_ORDER}/test_receipts.py::test_recording_needs_a_key_and_is_done_once",
    "key_stored_apart": _CUT,
    "key_asked_first": f"{_ORDER}/test_races.py::test_a_repeated_credit_is_one_credit",
    "allocation_unlocked": (
        f"{_ORDER}/test_fulfilment_races.py::test_twenty_allocations_of_one_receipt_use_it_once"
    ),
    "prepayment_unlocked": f"{_ORDER}/test_races.py::test_one_balance_covers_one_order",
    "credit_unlocked": f"{_ORDER}/test_races.py::test_one_limit_is_used_once",
    "delivery_unlocked": (
        f"{_ORDER}/test_fulfilment_races.py::test_the_last_quantity_is_delivered_once"
    ),
    "contract_unlocked": f"{_ORDER}/test_races.py::test_a_contract_is_ordered_once",
    "version_not_compared": f"{_ORDER}/test_races.py::test_an_order_is_approved_as_it_was_seen",
    "approval_unbound": (
        f"{_QUOTES}::test_content_that_was_tampered_with_is_neither_sent_nor_accepted"
    ),
    "authors_approve": f"{_QUOTES}::test_nobody_approves_the_own_quote_whatever_the_role",
    "total_alone_judged": f"{_QUOTES}::test_the_discount_of_a_line_demands_its_authority",
    "agreement_ignored": f"{_APPROVALS}::test_what_somebody_agreed_to_is_not_adjusted",
    "authority_stays": f"{_APPROVALS}::test_at_each_limit_one_manager_more_is_asked",
    "nothing_is_late": f"{_PLANS}::test_it_is_late_a_microsecond_after_and_not_before",
    "anything_in_a_week": f"{_PLANS}::test_what_is_new_in_a_week_says_all_four",
    "branches_share_all": (
        f"{_NUMBERS}::test_a_branch_has_its_own_numbers_and_never_leaves_its_range[contract]"
    ),
    "ranges_run_over": (
        f"{_NUMBERS}::test_a_branch_has_its_own_numbers_and_never_leaves_its_range[invoice]"
    ),
    "issued_forgotten": f"{_NUMBERS}::test_what_was_issued_stays_in_its_range[delivery]",
    "ranges_unheld": (
        f"{_NUMBERS}::test_who_narrows_a_range_waits_for_the_documents_being_written"
    ),
    "amendment_unbound": f"{_AMENDMENTS}::test_what_was_tampered_with_is_not_agreed",
    "amended_again_and_again": (
        "tests/unit/order/test_amendment_model.py::test_an_amendment_is_decided_once"
    ),
    "less_than_was_ordered": f"{_AMENDMENTS}::test_less_than_was_ordered_is_not_agreed",
    "fitted_when_proposed": f"{_AMENDMENTS}::test_less_than_was_ordered_is_not_agreed",
    "earlier_content_forgotten": (
        f"{_AMENDMENTS}::test_an_approved_amendment_is_the_next_revision"
    ),
    "expense_unbound": f"{_EXPENSES}::test_what_was_tampered_with_is_not_approved",
    "paid_twice": (
        "tests/unit/order/test_expense_model.py"
        "::test_every_step_is_taken_only_from_the_states_it_belongs_to"
    ),
    "more_than_approved": f"{_EXPENSES}::test_no_more_is_settled_than_was_approved",
    "own_expense": f"{_EXPENSES}::test_an_author_neither_approves_nor_settles",
    "smallest_authority": f"{_EXPENSES}::test_nobody_approves_above_their_authority",
    "replica_unguarded": (
        f"{_ORDER}/test_replicas.py::test_an_older_event_does_not_undo_a_newer_one"
    ),
    "facts_unguarded": (
        "tests/integration/analytics/test_disorder.py"
        "::test_an_older_state_does_not_replace_a_newer_one"
    ),
    "everybody_sees_all": (
        "tests/integration/analytics/test_cube.py"
        "::test_an_account_manager_sees_what_is_the_persons_own"
    ),
    "postings_changeable": (
        f"{_ORDER}/test_ledger.py::test_the_service_cannot_change_what_was_posted"
    ),
    "page_token_unbound": (
        f"{_ROBUST}/test_limits.py::test_a_page_token_is_of_its_list_and_its_reader_alone"
    ),
    "key_unbound": f"{_ROBUST}/test_same_key.py::test_a_key_stands_for_one_request_of_one_person",
    "any_audience": f"{_ROBUST}/test_forged_tokens.py::test_forged_tokens_are_refused_alike",
    "leavers_stay": (
        "tests/integration/customer/test_sign_in.py::test_somebody_who_left_is_out_at_once"
    ),
    "portal_finds_everything": f"{_PORTAL}::test_what_is_another_customers_is_not_there",
    "portal_lists_everything": f"{_PORTAL}::test_lists_show_ones_own_alone",
    "portal_roles_as_claimed": (
        "tests/unit/shared/auth/test_portal_tokens.py"
        "::test_a_portal_user_has_the_one_role_and_no_place"
    ),
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a bug."""

    bug: str
    caught: bool
    by: str
    seconds: float


def bugs() -> dict[str, Callable[[], None]]:
    """Every bug by its name."""
    return {bug.__name__: bug for module in _BUGS for bug in import_module(module).BUGS}


def put_in(name: str) -> None:
    """Put a bug into this process. Of the modules it loads as few as it can."""
    for module in _BUGS:
        for bug in import_module(module).BUGS:
            if bug.__name__ == name:
                bug()
                return
    raise LookupError(f"there is no bug {name!r}")


def try_bug(name: str) -> Verdict:
    """Run the test that must fail with a bug."""
    began = time.monotonic()
    status, said = _run([CATCHERS[name]], plugin=("-p", "tests.faults.mutating"), FAULT_BUG=name)
    found = _SUMMARY.findall(said)
    by = found[0] if found else f"nothing: pytest ended with {status}\n{said[-1500:]}"
    return Verdict(name, status == 1 and bool(found), by, time.monotonic() - began)


def _run(tests: Sequence[str], *, plugin: Sequence[str] = (), **env: str) -> tuple[int, str]:
    try:
        done = subprocess.run(
            [*_PYTEST, *plugin, *tests],
            capture_output=True,
            text=True,
            env={**os.environ, "COLUMNS": "200", **env},
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return -1, f"it hung for {_SECONDS} s"
    return done.returncode, done.stdout + done.stderr


def main() -> None:
    """Run all or the named bugs, print a table, and fail when one was not caught."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="bugs; all of them unless named")
    parser.add_argument("--at-once", type=int, default=2)
    given = parser.parse_args()
    names = given.names or list(bugs())
    status, said = _run(sorted({CATCHERS[name] for name in names}))
    if status:
        raise SystemExit(f"the tests do not pass without a bug:\n{said[-5000:]}")
    began = time.monotonic()
    with ThreadPoolExecutor(given.at_once) as pool:
        verdicts = list(pool.map(_try_and_tell, names))
    missed = [each.bug for each in verdicts if not each.caught]
    print(f"{len(verdicts)} bugs, {len(missed)} not caught, in {time.monotonic() - began:.0f} s")
    if missed:
        raise SystemExit(f"not caught: {', '.join(missed)}")


def _try_and_tell(name: str) -> Verdict:
    verdict = try_bug(name)
    mark = "caught" if verdict.caught else "NOT CAUGHT"
    print(f"{mark:10} {verdict.seconds:4.0f} s  {name:24} {verdict.by[:150]}", flush=True)
    return verdict


def table(verdicts: Iterable[Verdict]) -> list[str]:
    """The verdicts as rows of a document."""
    said = bugs()
    return [
        f"| `{each.bug}` | {_told(said[each.bug])} | `{each.by.split(' - ')[0]}` |"
        for each in verdicts
    ]


def _told(bug: Callable[[], None]) -> str:
    return " ".join((bug.__doc__ or "").split())


if __name__ == "__main__":
    main()
