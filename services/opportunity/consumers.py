"""Foreign events, and what they become here: replicas, reactions, products."""

from __future__ import annotations

from services.opportunity import reactions
from services.opportunity.customers import projection as customers
from services.opportunity.deputies import projection as deputies
from services.opportunity.personal_data import HOLDINGS
from services.opportunity.products.feed import take_product_facts
from services.opportunity.roles import projection as roles
from services.opportunity.staff import projection as staff
from services.opportunity.units import projection as units
from shared.events.customer import (
    ContactChanged,
    ContactErased,
    CustomerErased,
    CustomerOwnerChanged,
)
from shared.events.inbound import ProductFactsChanged
from shared.events.order import ContractSigned, OrderApproved
from shared.events.staff import StaffErased, StaffLeft
from shared.inbox.consumer import Consumer
from shared.privacy.erasing import letting_go
from shared.privacy.subjects import Subject
from shared.sessions import projection as sessions

REPLICAS = Consumer(
    "opportunity.replicas",
    batch_handlers={
        **dict.fromkeys(customers.EVENTS, customers.project_customers),
        ContactChanged: customers.project_contacts,
        ContactErased: letting_go(HOLDINGS, Subject.CONTACT, customers.project_contacts),
        CustomerErased: letting_go(HOLDINGS, Subject.CUSTOMER, customers.project_customers),
        StaffErased: letting_go(HOLDINGS, Subject.STAFF, staff.project_staff),
        **dict.fromkeys(staff.EVENTS, staff.project_staff),
        **dict.fromkeys(units.EVENTS, units.project_units),
        **dict.fromkeys(roles.EVENTS, roles.project_roles),
        **dict.fromkeys(deputies.EVENTS, deputies.project_deputies),
        **sessions.HANDLERS,
    },
)

REACTIONS = Consumer(
    "opportunity.reactions",
    {
        CustomerOwnerChanged: reactions.hand_over_open_work,
        StaffLeft: reactions.hand_over_to_successor,
        ContractSigned: reactions.win_by_contract,
        OrderApproved: reactions.win_by_order,
    },
)

INBOUND = Consumer("opportunity.inbound", {ProductFactsChanged: take_product_facts})

CONSUMERS = (REPLICAS, REACTIONS, INBOUND)
