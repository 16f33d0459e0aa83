"""The topics as they are declared."""

from shared.bus.declared import BUSY, declared_topics


def test_what_is_busy_is_a_topic() -> None:
    assert {each.name for each in declared_topics() if each.busy} == BUSY


def test_a_topic_that_is_not_busy_has_one_partition() -> None:
    """Also where an installation gives the others many."""
    found = {each.name: each.partitions(12) for each in declared_topics()}
    assert found["crm.customer.unit"] == 1
    assert found["crm.order.order"] == 12
