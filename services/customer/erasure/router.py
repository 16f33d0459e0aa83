"""``/v1/personal-data/customer/erase``."""

from __future__ import annotations

from typing import Annotated

from starlette.responses import Response

from services.customer.erasure import service
from services.customer.erasure.schemas import ErasureIn, ErasureOut
from shared.http.gates import Write, writing
from shared.http.routing import new_router

router = new_router("personal data")


@router.post("/personal-data/customer/erase", response_model=ErasureOut)
async def erase_person(
    body: ErasureIn, write: Annotated[Write, writing("personal_data.erase", if_match=True)]
) -> Response:
    """Forget a contact, a user of the portal to whom it is closed, a member of staff who left, or a
    sole trader who is lost or rejected. It cannot be taken back. ``If-Match`` is the version of the
    record; the other services let go by the event."""
    return await write(body.command(write.expected), service.erase, ErasureOut.of)
