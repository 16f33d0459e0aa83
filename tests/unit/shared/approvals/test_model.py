"""A run of a process: who may speak when, and what comes of it (S108, S122, S219 to S221)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.approvals.definition import AtLimit, Mode, Step, Voice
from shared.approvals.errors import (
    ApprovalEnded,
    ApproverIsAuthor,
    ContentChanged,
    NotAdjustable,
    NotAsked,
    NotTheAuthor,
    SpokenAlready,
)
from shared.approvals.model import Happening, Status, Verdict
from shared.auth.discounts import AuthorityExceeded
from shared.domain.actor import Principal
from shared.domain.ids import new_id
from shared.events.approvals import (
    CustomerApprovalHandedOver,
    OpportunityApprovalEscalated,
    OpportunityApprovalReminded,
)
from tests.support.approvals import (
    AUTHOR,
    EVENTS,
    LADDER,
    NOON,
    asks,
    case,
    person,
    process,
    say,
    started,
)

FINANCE, WAREHOUSE = person("finance"), person("warehouse")
AUTHORITY = Step("authority", Mode.SINGLE, (Voice("authority", authority=True),))


def test_steps_follow_each_other_to_the_approval() -> None:
    """S219."""
    document = case()
    approval = started(process(asks("finance"), asks("warehouse")), document)
    assert approval.asked == ("role:finance",)
    say(approval, document, FINANCE)
    assert (approval.status, approval.asked) == (Status.RUNNING, ("role:warehouse",))
    with pytest.raises(NotAsked):
        say(approval, document, person("finance"))
    say(approval, document, WAREHOUSE)
    assert (str(approval.status), [*approval.asked]) == ("approved", [])
    assert [each.step_name for each in approval.opinions] == ["finance", "warehouse"]


def test_a_countersign_needs_everybody_and_nobody_twice() -> None:
    """S122, S220: one person speaks for one voice."""
    document, both = case(), person("finance", "warehouse")
    approval = started(process(asks("finance", "warehouse")), document)
    say(approval, document, both, voice="warehouse")
    assert (approval.waiting_for, approval.asked) == (("finance",), ("role:finance",))
    with pytest.raises(SpokenAlready):
        say(approval, document, both)
    with pytest.raises(NotAsked):
        say(approval, document, person("warehouse"))
    say(approval, document, FINANCE)
    assert approval.status == Status.APPROVED


def test_of_any_one_is_enough() -> None:
    """S220."""
    document = case()
    approval = started(process(asks("finance", "warehouse", mode=Mode.ANY)), document)
    say(approval, document, WAREHOUSE)
    assert approval.status == Status.APPROVED


@pytest.mark.parametrize(
    ("verdict", "status"),
    [(Verdict.REJECT, Status.REJECTED), (Verdict.RETURN, Status.RETURNED)],
)
def test_one_other_word_ends_it(verdict: Verdict, status: Status) -> None:
    """S122."""
    document = case()
    approval = started(process(asks("finance", "warehouse"), asks("finance")), document)
    say(approval, document, WAREHOUSE, verdict)
    assert approval.status == status
    with pytest.raises(ApprovalEnded):
        say(approval, document, FINANCE)


def test_authors_and_their_deputies_do_not_decide() -> None:
    """S108, S214: neither of the two, in whosever name."""
    document = case()
    approval = started(process(asks("finance")), document)
    own = replace(AUTHOR, roles=frozenset({"finance"}))
    for actor in (own, replace(FINANCE, on_behalf_of=Principal(AUTHOR.id, AUTHOR.name))):
        with pytest.raises(ApproverIsAuthor):
            say(approval, document, actor)


def test_a_named_person_is_asked_and_a_deputy_of_it() -> None:
    """S219."""
    document, named = case(), person()
    step = Step("named", Mode.SINGLE, (Voice("named", people=(named.id,)),))
    for actor in (named, replace(FINANCE, on_behalf_of=Principal(named.id, "张三"))):
        approval = started(process(step), document)
        with pytest.raises(NotAsked):
            say(approval, document, WAREHOUSE)
        say(approval, document, actor)
        assert approval.status == Status.APPROVED


def test_a_permission_may_be_asked_for() -> None:
    """S219."""
    document = case()
    step = Step("may", Mode.SINGLE, (Voice("may", permissions=("quote.approve",)),))
    approval = started(process(step), document)
    say(approval, document, person("x", permissions=frozenset({"quote.approve"})))
    assert approval.status == Status.APPROVED


def test_a_changed_content_is_not_approved() -> None:
    """S108."""
    document = case()
    approval = started(process(asks("finance")), document)
    with pytest.raises(ContentChanged):
        say(approval, replace(document, content_hash="1" * 64), FINANCE)


def test_only_an_author_withdraws() -> None:
    approval = started(process(asks("finance")), case())
    with pytest.raises(NotTheAuthor):
        approval.withdraw(None, FINANCE, NOON, EVENTS)
    approval.withdraw("又改了主意", AUTHOR, NOON, EVENTS)
    assert (approval.status, approval.opinions[-1].comment) == (Status.WITHDRAWN, "又改了主意")


def test_a_comment_decides_nothing_and_uses_up_no_voice() -> None:
    document = case()
    approval = started(process(asks("finance")), document)
    approval.comment("单价再看一下", FINANCE, NOON, EVENTS)
    say(approval, document, FINANCE)
    assert [each.verdict for each in approval.opinions] == [Verdict.COMMENT, Verdict.APPROVE]


@given(st.sampled_from(LADDER), st.sampled_from(LADDER))
def test_authority_is_that_of_the_demanded_role_or_a_higher_one(demanded: str, held: str) -> None:
    """S108, S221: what is above one's authority is for the next above."""
    document = case(ladder=LADDER, demanded=demanded)
    approval = started(process(AUTHORITY), document)
    assert approval.asked == (f"role:{demanded}",)
    if LADDER.index(held) >= LADDER.index(demanded):
        say(approval, document, person(held))
        assert approval.status == Status.APPROVED
    else:
        with pytest.raises(AuthorityExceeded):
            say(approval, document, person(held))


@given(st.sampled_from(LADDER), st.integers(1, 6))
def test_what_has_an_amount_escalates_and_never_steps_down(demanded: str, limits: int) -> None:
    """S221, decision 9: upwards level by level, then reminders; those below gain nothing."""
    document = case(ladder=LADDER, demanded=demanded)
    step = replace(AUTHORITY, limit_seconds=60)
    approval = started(process(step), document)
    told = [approval.pass_limit(NOON + timedelta(minutes=n), EVENTS) for n in range(1, limits + 1)]
    above = LADDER[LADDER.index(demanded) :]
    assert set(approval.asked) == {f"role:{each}" for each in above[: limits + 1]}
    escalations = sum(each.event is OpportunityApprovalEscalated for each in told)
    assert escalations == min(limits, len(above) - 1)
    assert all(each.event is OpportunityApprovalReminded for each in told[escalations:])
    assert approval.due_at == NOON + timedelta(minutes=limits + 1)
    for role in LADDER[: LADDER.index(demanded)]:
        with pytest.raises(AuthorityExceeded):
            say(approval, document, person(role))


def test_a_plan_steps_down_one_level_at_each_limit() -> None:
    """S46."""
    document = case(amount=None, currency=None)
    step = asks("general_manager", limit_seconds=60)
    approval = started(process(step, at_limit=AtLimit.STEP_DOWN, ladder=LADDER), document)
    for expected in (2, 3, 3):
        approval.pass_limit(NOON, EVENTS)
        assert set(approval.asked) == {f"role:{each}" for each in LADDER[-expected:]}
    say(approval, document, person("sales_manager"))
    assert approval.status == Status.APPROVED


VERDICTS = st.sampled_from([Verdict.APPROVE, Verdict.APPROVE, Verdict.REJECT, Verdict.RETURN])
ACTS = st.lists(
    st.tuples(st.integers(0, 6), VERDICTS, st.sampled_from(["say", "limit", "comment"])),
    max_size=25,
)


@given(ACTS)
def test_whatever_happens_nothing_is_approved_without_what_the_process_asks(
    acts: list[tuple[int, Verdict, str]],
) -> None:
    """S122, S220: each step agreed, each by other people, none of them an author."""
    roles = ("finance", "warehouse", *LADDER)
    people = [
        *(person(each) for each in roles),
        person(*roles),
        replace(AUTHOR, roles=frozenset(roles)),
    ]
    document = case()
    steps = (asks("finance", "warehouse", limit_seconds=9), asks("finance", *LADDER, mode=Mode.ANY))
    approval = started(process(*steps, ladder=LADDER), document)
    refusals = (ApprovalEnded, ApproverIsAuthor, NotAsked, SpokenAlready)
    for who, verdict, act in acts:
        try:
            _act(approval, document, people[who], verdict, act)
        except refusals:
            continue
    said = [each for each in approval.opinions if each.verdict != Verdict.COMMENT]
    speakers = [each.given_by for each in said]
    assert len(set(speakers)) == len(speakers)
    assert AUTHOR.id not in speakers
    agreed = {(each.step, each.voice) for each in said if each.verdict == Verdict.APPROVE}
    if approval.status == Status.APPROVED:
        assert {(0, "finance"), (0, "warehouse")} <= agreed
        assert any(step == 1 for step, _ in agreed)
    assert (approval.status == Status.RUNNING) == bool(approval.asked)


def _act(approval: Any, document: Any, actor: Any, verdict: Verdict, act: str) -> None:
    if act == "say":
        say(approval, document, actor, verdict)
    elif act == "limit":
        approval.pass_limit(NOON, EVENTS)
    else:
        approval.comment("嗯", replace(actor, id=new_id()), NOON, EVENTS)


def test_what_is_adjusted_is_what_the_next_steps_approve() -> None:
    """S110: who adjusts has spoken, and is an author; the hash is that of the new content."""
    before, after = case(), case(content_hash="1" * 64)
    approval = started(process(asks("finance"), asks("warehouse")), before)
    both = person("finance", "warehouse")
    approval.adjust("dearer", before, after, both, NOON, EVENTS)
    assert (approval.content_hash, [*approval.authors]) == ("1" * 64, [AUTHOR.id, both.id])
    assert approval.asked == ("role:warehouse",)
    with pytest.raises(ApproverIsAuthor):
        say(approval, after, both)
    with pytest.raises(ContentChanged):
        say(approval, before, WAREHOUSE)
    say(approval, after, WAREHOUSE)
    assert [each.verdict for each in approval.opinions] == [Verdict.ADJUST, Verdict.APPROVE]
    assert approval.status == Status.APPROVED


def test_what_somebody_agreed_to_is_not_adjusted() -> None:
    """S110: every agreement of a run is for the content that is approved by it."""
    before, after = case(), case(content_hash="1" * 64)
    steps = (asks("warehouse"), asks("finance"), asks("general_manager"))
    approval = started(process(*steps), before)
    say(approval, before, WAREHOUSE)
    with pytest.raises(NotAdjustable):
        approval.adjust(None, before, after, FINANCE, NOON, EVENTS)


def test_nothing_is_approved_by_who_wrote_it_alone() -> None:
    """S110: the last step only approves, rejects or returns."""
    before, after = case(), case(content_hash="1" * 64)
    approval = started(process(asks("finance")), before)
    with pytest.raises(NotAdjustable):
        approval.adjust(None, before, after, FINANCE, NOON, EVENTS)


def test_only_who_is_asked_adjusts() -> None:
    """S110: no author, nobody whom the step does not ask."""
    before, after = case(), case(content_hash="1" * 64)
    approval = started(process(asks("finance"), asks("warehouse")), before)
    own = replace(AUTHOR, roles=frozenset({"finance"}))
    for actor, refusal in ((WAREHOUSE, NotAsked), (own, ApproverIsAuthor)):
        with pytest.raises(refusal):
            approval.adjust(None, before, after, actor, NOON, EVENTS)


def test_what_is_decided_on_may_change_hands_until_it_is_decided() -> None:
    """S04: nothing else of the approval changes."""
    document = case()
    approval = started(process(asks("finance")), document)
    events, heir = {Happening.HANDED_OVER: CustomerApprovalHandedOver}, new_id()
    assert approval.hand_over(heir, events).event is CustomerApprovalHandedOver
    assert (approval.owner_id, approval.asked) == (heir, ("role:finance",))
    say(approval, document, FINANCE)
    with pytest.raises(ApprovalEnded):
        approval.hand_over(new_id(), events)


CHAIN = tuple(new_id() for _ in range(3))


def _above(level: int, **fields: Any) -> tuple[Step, dict[str, Any]]:
    step = Step("manager", Mode.SINGLE, (Voice("manager", superior=level),), 3600)
    return step, {"amount": None, "superiors": CHAIN} | fields


@pytest.mark.parametrize(("level", "found"), [(1, 0), (2, 1), (3, 2), (9, 2)])
def test_a_manager_so_many_levels_above_is_asked(level: int, found: int) -> None:
    """S44: or the highest there is."""
    step, fields = _above(level)
    approval = started(process(step), case(**fields))
    assert approval.asked == (f"person:{CHAIN[found]}",)


@pytest.mark.parametrize(
    ("at_limit", "expected"),
    [(AtLimit.STEP_DOWN, [1, 2, 2]), (AtLimit.ESCALATE, [1, 2, 2])],
)
def test_at_each_limit_one_manager_more_is_asked(at_limit: AtLimit, expected: list[int]) -> None:
    """S46, S221: from the middle one level lower or higher, and then there is nobody else."""
    step, fields = _above(2)
    approval = started(process(step, at_limit=at_limit), case(**fields))
    counts = [len(approval.asked)]
    for _ in range(2):
        approval.pass_limit(NOON + timedelta(hours=1), EVENTS)
        counts.append(len(approval.asked))
    assert counts == expected
    other = CHAIN[0] if at_limit == AtLimit.STEP_DOWN else CHAIN[2]
    assert set(approval.asked) == {f"person:{CHAIN[1]}", f"person:{other}"}
    assert approval.level == 1


def test_a_document_may_say_by_when_it_is_decided() -> None:
    """S46: the first limit is then, if it is still to come; the next is a step's seconds later."""
    step, fields = _above(2)
    tomorrow = NOON + timedelta(days=1)
    approval = started(process(step), case(**fields, decide_by=tomorrow))
    assert approval.due_at == tomorrow
    approval.pass_limit(tomorrow, EVENTS)
    assert approval.due_at == tomorrow + timedelta(hours=1)
    for past in (NOON, None):
        late = started(process(step), case(**fields, decide_by=past))
        assert late.due_at == NOON + timedelta(hours=1)
