"""When X happens in this service, then Y, in the same transaction."""

from __future__ import annotations

from services.customer.approval_engine import follow_owner
from services.customer.clients import service as clients
from services.customer.customers.approval import ask_anew
from services.customer.deputies import service as deputies
from services.customer.handovers import service as handovers
from services.customer.levels.approval import supersede
from services.customer.portal_users import service as portal_users
from services.customer.sessions import service as sessions
from services.customer.staff import placing
from services.customer.staff import service as staff
from services.customer.units import service as units
from shared.db.unit_of_work import Policies
from shared.events.customer import (
    CustomerChanged,
    CustomerLevelChanged,
    CustomerLost,
    CustomerOwnerChanged,
)
from shared.events.identity import PortalUserDeactivated
from shared.events.organisation import RoleRetired, UnitChanged, UnitClosed, UnitMoved, UnitOpened
from shared.events.staff import StaffHired, StaffLeft

POLICIES: Policies = {
    CustomerChanged: (ask_anew,),
    CustomerLevelChanged: (ask_anew, supersede),
    CustomerLost: (supersede, sessions.when_customer_lost),
    CustomerOwnerChanged: (follow_owner,),
    StaffHired: (portal_users.login_is_free,),
    StaffLeft: (
        handovers.when_staff_left,
        units.when_staff_left,
        deputies.when_staff_left,
        sessions.when_staff_left,
    ),
    PortalUserDeactivated: (sessions.when_portal_user_deactivated,),
    UnitOpened: (placing.manager_works_here,),
    UnitChanged: (placing.manager_works_here, placing.follow_names),
    UnitMoved: (placing.follow_move,),
    UnitClosed: (placing.nobody_is_there,),
    RoleRetired: (staff.nobody_holds, clients.nobody_holds),
}
