"""The dashboard page: from this address alone, and asking only reports that exist."""

from __future__ import annotations

import re

import pytest

from shared.http.openapi import routes_with_gates
from tests.support.services import ServiceUnderTest

FILES = ["/dashboard", "/dashboard/dashboard.css", "/dashboard/dashboard.js"]


async def text_of(service: ServiceUnderTest, path: str) -> str:
    async with service.anonymous() as client:
        response = await client.get(path)
    assert response.status_code == 200
    return response.text


@pytest.mark.parametrize("path", FILES)
async def test_the_page_comes_without_signing_in_and_trusts_nobody_else(
    analytics: ServiceUnderTest, path: str
) -> None:
    async with analytics.anonymous() as client:
        response = await client.get(path)
    assert response.status_code == 200
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", FILES)
async def test_the_page_needs_no_internet(analytics: ServiceUnderTest, path: str) -> None:
    found = set(re.findall(r"""https?://[^\s"'<>)]+""", await text_of(analytics, path)))
    assert found <= {"http://www.w3.org/2000/svg"}  # a name, not an address that is asked


async def test_the_page_has_nothing_inline_that_its_policy_would_block(
    analytics: ServiceUnderTest,
) -> None:
    page = await text_of(analytics, "/dashboard")
    assert set(re.findall(r"""(?:src|href)="(/[^"]*)\"""", page)) == set(FILES[1:])
    assert not re.search(r"<style|style=|\son[a-z]+=|<script(?! src=)", page)


async def test_the_page_asks_only_reports_that_exist(analytics: ServiceUnderTest) -> None:
    script = await text_of(analytics, "/dashboard/dashboard.js")
    asked = set(re.findall(r'report\("([a-z-]+)"', script))
    known = {path for _, path, _ in routes_with_gates(analytics.app)}
    assert {f"/v1/reports/{name}" for name in asked} <= known
    assert asked >= {"monthly-sales", "funnel", "ageing", "contribution"}
