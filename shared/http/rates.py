"""How many requests of one caller are answered: by principal, and by network before anybody has
signed in. Follows draft-ietf-httpapi-ratelimit-headers-10.

Counted in this process alone, for one service: what protects against guessing is counted in the
database (services/customer/limits); this protects a process from a caller that ran wild. A bucket
fills evenly (GCRA), so that one number a caller is all that is kept.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from starlette.types import Scope

from shared.domain.actor import Actor
from shared.domain.errors import DomainError
from shared.http.safety import Header
from shared.settings import ServiceSettings

WINDOW_SECONDS = 60
#: So many callers are remembered, a few megabytes; those that are at rest are forgotten first.
_MOST_CALLERS = 50_000


class TooManyRequests(DomainError):
    """The caller sends more than its quota."""

    code = "too_many_requests"
    status = 429
    title = "Too many requests"
    retryable = True


class Standing(NamedTuple):
    """What is left to a caller: ``remaining`` requests now, all of them after ``reset`` seconds.
    With ``wait`` seconds to the next one it is over its quota."""

    remaining: int
    reset: int
    wait: int = 0


class Rate:
    """A quota of requests in a minute, by caller; a quota of 0 is none."""

    def __init__(self, name: str, quota: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.quota = quota
        self._name = name
        self._clock = clock
        self._step = WINDOW_SECONDS / quota if quota else 0.0
        self._policy = (b"ratelimit-policy", f'"{name}";q={quota};w={WINDOW_SECONDS}'.encode())
        #: By caller, when its bucket is full again.
        self._full_at: dict[Any, float] = {}

    def take(self, caller: Any) -> Standing:
        """Count a request, unless the caller is over its quota."""
        now = self._clock()
        used = max(self._full_at.get(caller, now) - now, 0.0) + self._step
        if used > WINDOW_SECONDS:
            return Standing(0, WINDOW_SECONDS, max(1, math.ceil(used - WINDOW_SECONDS)))
        if caller not in self._full_at and len(self._full_at) >= _MOST_CALLERS:
            self._forget(now)
        self._full_at[caller] = now + used
        return Standing(int((WINDOW_SECONDS - used) / self._step), math.ceil(used))

    def count(self, caller: Any, scope: Scope) -> None:
        """Count the request ``scope``; its answer will say how the caller stands.

        Raises:
            TooManyRequests: the caller is over its quota.
        """
        if not self.quota:
            return
        standing = self.take(caller)
        scope.setdefault("state", {})["standing"] = (self, standing)
        if standing.wait:
            detail = f"At most {self.quota} requests in {WINDOW_SECONDS} seconds; slow down."
            refusal = TooManyRequests(detail)
            refusal.retry_after = standing.wait
            raise refusal

    def told(self, standing: Standing) -> list[Header]:
        """Return the headers that say how a caller stands."""
        left = f'"{self._name}";r={standing.remaining};t={standing.reset}'
        return [self._policy, (b"ratelimit", left.encode())]

    def _forget(self, now: float) -> None:
        """Forget those whose buckets are full; all of them if that does not help."""
        self._full_at = {each: at for each, at in self._full_at.items() if at > now}
        if len(self._full_at) > _MOST_CALLERS // 2:
            self._full_at.clear()


def told(scope: Scope) -> list[Header]:
    """Return what the answer to a request says of the narrowest quota that it was counted in."""
    if (counted := scope["state"].get("standing")) is None:
        return []
    rate, standing = counted
    headers: list[Header] = rate.told(standing)
    return headers


class Rates:
    """The quotas of one service in this process."""

    def __init__(self, settings: ServiceSettings) -> None:
        self.principal = Rate("principal", settings.rate_principal)
        self.portal = Rate("portal", settings.rate_portal)
        self.network = Rate("network", settings.rate_network)

    def of(self, actor: Actor) -> Rate:
        """Return the quota of an actor: who works for a customer has one of their own (S25)."""
        return self.principal if actor.customer_id is None else self.portal
