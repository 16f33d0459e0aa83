"""Foreign events, and what they become here: replicas, contracts and orders, receipts, stock,
hand-overs."""

from __future__ import annotations

from services.order import reactions
from services.order.customers.projection import project_credits, project_customers
from services.order.deputies.projection import project_deputies
from services.order.payments.service import take_payment
from services.order.personal_data import HOLDINGS
from services.order.portal_users.projection import project_portal_users
from services.order.prices.projection import project_discount_policies, project_price_lists
from services.order.products.projection import project_products
from services.order.quotes import take_accepted_quote
from services.order.roles.projection import project_roles
from services.order.staff.projection import project_staff
from services.order.stock.projection import project_stock
from services.order.units.projection import project_units
from shared.events.customer import (
    CreditAssessed,
    CustomerChanged,
    CustomerConfirmed,
    CustomerCreated,
    CustomerErased,
    CustomerLevelChanged,
    CustomerLost,
    CustomerOwnerChanged,
    CustomerRegained,
    CustomerRegistered,
    CustomerRejected,
)
from shared.events.identity import (
    PortalUserChanged,
    PortalUserDeactivated,
    PortalUserErased,
    PortalUserInvited,
    PortalUserReactivated,
)
from shared.events.inbound import PaymentReceived, StockLevelChanged
from shared.events.opportunity import (
    DiscountPolicyAdopted,
    PriceListEffective,
    ProductChanged,
    QuoteAccepted,
)
from shared.events.organisation import (
    DeputyAppointed,
    DeputyRevoked,
    RoleChanged,
    RoleDefined,
    RoleRetired,
    UnitChanged,
    UnitClosed,
    UnitMoved,
    UnitOpened,
)
from shared.events.staff import StaffChanged, StaffErased, StaffHired, StaffLeft
from shared.inbox.consumer import Consumer
from shared.privacy.erasing import letting_go
from shared.privacy.subjects import Subject
from shared.sessions import projection as sessions

REPLICAS = Consumer(
    "order.replicas",
    batch_handlers={
        CustomerCreated: project_customers,
        CustomerChanged: project_customers,
        CustomerLevelChanged: project_customers,
        CustomerRegistered: project_customers,
        CustomerConfirmed: project_customers,
        CustomerRejected: project_customers,
        CustomerOwnerChanged: project_customers,
        CustomerLost: project_customers,
        CustomerRegained: project_customers,
        PortalUserInvited: project_portal_users,
        PortalUserChanged: project_portal_users,
        PortalUserDeactivated: project_portal_users,
        PortalUserReactivated: project_portal_users,
        PortalUserErased: letting_go(HOLDINGS, Subject.PORTAL_USER, project_portal_users),
        CustomerErased: letting_go(HOLDINGS, Subject.CUSTOMER, project_customers),
        CreditAssessed: project_credits,
        ProductChanged: project_products,
        PriceListEffective: project_price_lists,
        DiscountPolicyAdopted: project_discount_policies,
        StaffHired: project_staff,
        StaffChanged: project_staff,
        StaffLeft: project_staff,
        StaffErased: letting_go(HOLDINGS, Subject.STAFF, project_staff),
        UnitOpened: project_units,
        UnitChanged: project_units,
        UnitMoved: project_units,
        UnitClosed: project_units,
        RoleDefined: project_roles,
        RoleChanged: project_roles,
        RoleRetired: project_roles,
        DeputyAppointed: project_deputies,
        DeputyRevoked: project_deputies,
        **sessions.HANDLERS,
    },
)

QUOTES = Consumer("order.quotes", {QuoteAccepted: take_accepted_quote})

REACTIONS = Consumer(
    "order.reactions",
    {
        CustomerOwnerChanged: reactions.hand_over_open_work,
        StaffLeft: reactions.hand_over_to_successor,
    },
)

INBOUND = Consumer(
    "order.inbound",
    {PaymentReceived: take_payment},
    batch_handlers={StockLevelChanged: project_stock},
)

CONSUMERS: tuple[Consumer, ...] = (REPLICAS, QUOTES, REACTIONS, INBOUND)
