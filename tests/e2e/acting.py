"""Steps that several stories take."""

from __future__ import annotations

from typing import Any

from tests.support.calling import Caller, Json


async def act(
    caller: Caller, documents: str, document: Json, action: str, body: Any = None
) -> Json:
    """Take a step with a document, at the version it was read at."""
    path = f"/v1/{documents}/{document['id']}/{action}"
    return await caller.post(path, body, version=document["version"])


async def registered_project(caller: Caller, customer: Json, contact: Json, name: str) -> Json:
    """A project of the customer that may be quoted for."""
    body = {"customer_id": customer["id"], "name": name, "likelihood": "A"}
    project = await caller.post("/v1/opportunities", body)
    form = {"contact_id": contact["id"], "specification": "126 kV 断路器", "quantity": "12"}
    return await act(caller, "opportunities", project, "register", form)
