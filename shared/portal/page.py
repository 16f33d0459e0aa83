"""The portal's HTML: services, then every event. Plain HTML that reads without the script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby

from fastapi import FastAPI

from shared.http.app import VERSION
from shared.portal.catalogue import EventEntry, Field
from shared.portal.labels import AGGREGATES, SERVICES

#: Pages of services that people open in a browser.
PAGES = {"/dashboard": 'Dashboard <span lang="zh">看板</span>'}
_LITERAL = re.compile(r"``(.+?)``")
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kehu 客户</title>
<link rel="stylesheet" href="/portal/portal.css">
<link rel="icon" href="/portal/icon.svg" type="image/svg+xml">
<script src="/portal/portal.js" defer></script>
</head>
<body>
<header>
  <div class="brand"><img src="/portal/icon.svg" alt="" width="40" height="40">
    <div><h1>Kehu <span lang="zh">客户</span></h1>
    <p>From the customer record to the payment, through four services.
       <span lang="zh">从客户资料到回款。</span></p></div></div>
  <nav>
    <a href="#services">Services <span lang="zh">服务</span></a>
    <a href="#events">Events <span lang="zh">事件</span></a>
    <a href="/asyncapi">AsyncAPI</a>
    {pages}
  </nav>
</header>
<main>
<section id="services" class="services">
{services}
</section>
<section id="events">
  <div class="bar">
    <h2>Events <span lang="zh">事件</span> <small id="count">{count}</small></h2>
    <div class="chips" role="group" aria-label="Producer">{chips}</div>
    <input id="search" type="search" placeholder="Search: invoice, 回款, customer_id, Money …"
           aria-label="Search events">
  </div>
{events}
  <p id="nothing" hidden>No event like that. <span lang="zh">没有找到。</span></p>
</section>
</main>
<footer>Kehu {version} · <a href="/v1/events">the events as JSON</a> ·
<a href="/asyncapi.json">AsyncAPI</a> ·
<a href="/readyz">ready?</a> · <a href="/metrics">metrics</a> ·
CloudEvents 1.0, one topic per kind of document, keyed by the document's id</footer>
</body>
</html>
"""


def render(apps: Sequence[FastAPI], entries: Sequence[EventEntry]) -> str:
    """Return the page for these services and events."""
    return _PAGE.format(
        pages="".join(_page(app) for app in apps),
        services="\n".join(_service(app, entries) for app in apps),
        chips="".join(_chip(name) for name in dict.fromkeys(each.producer for each in entries)),
        events="\n".join(
            _group(producer, aggregate, list(group))
            for (producer, aggregate), group in groupby(
                entries, key=lambda entry: (entry.producer, entry.aggregate)
            )
        ),
        count=len(entries),
        version=escape(VERSION),
    )


def _service(app: FastAPI, entries: Iterable[EventEntry]) -> str:
    name = app.state.context.service
    operations = sum(len(path) for path in app.openapi()["paths"].values())
    published = sum(entry.producer == name for entry in entries)
    consumed = sum(name in entry.consumers for entry in entries)
    return f"""<article class="card {name}">
  <h2>{name} <span lang="zh">{SERVICES.get(name, "")}</span></h2>
  <p>{escape(app.description)}</p>
  <dl><div><dt>operations</dt><dd>{operations}</dd></div>
      <div><dt>events out</dt><dd>{published}</dd></div>
      <div><dt>events in</dt><dd>{consumed}</dd></div></dl>
  <p class="links"><a href="/docs/{name}">Swagger</a>
  <a href="/redoc/{name}">ReDoc</a> <a href="/openapi/{name}.json">OpenAPI</a></p>
</article>"""


def _page(app: FastAPI) -> str:
    """Link a service's own page for people, if it has one."""
    paths = {getattr(route, "path", "") for route in app.routes}
    found = [page for page in PAGES if page in paths]
    return "".join(f'<a href="{each}">{PAGES[each]}</a>' for each in found)


def _chip(name: str) -> str:
    label = f'{name} <span lang="zh">{SERVICES.get(name, "")}</span>'
    return f'<button type="button" class="{name}" data-producer="{name}">{label}</button>'


def _group(producer: str, aggregate: str, entries: Sequence[EventEntry]) -> str:
    title = f'{aggregate.replace("_", " ")} <span lang="zh">{AGGREGATES.get(aggregate, "")}</span>'
    return f"""<div class="group {producer}" data-producer="{producer}">
<h3>{title} <code>{entries[0].topic}</code></h3>
{"".join(_event(entry) for entry in entries)}</div>"""


def _event(entry: EventEntry) -> str:
    words = " ".join(
        [
            entry.type,
            entry.summary,
            entry.remark,
            SERVICES.get(entry.producer, ""),
            AGGREGATES.get(entry.aggregate, ""),
            *(f"{each.name} {each.type}" for each in entry.fields),
        ]
    )
    consumers = ", ".join(entry.consumers) or "none here"
    return f"""<details id="{entry.type}" data-words="{escape(words.lower())}">
<summary><b>{entry.name.replace("_", " ")}</b> <span>{_prose(entry.summary)}</span></summary>
{f"<p>{_prose(entry.remark)}</p>" if entry.remark else ""}
<dl class="facts">
<div><dt>type</dt><dd><code>{entry.type}</code></dd></div>
<div><dt>producer</dt><dd>{entry.producer}</dd></div>
<div><dt>consumers</dt><dd>{consumers}</dd></div>
<div><dt>topic</dt><dd><code>{entry.topic}</code></dd></div>
<div><dt>key</dt><dd><code>{entry.key}</code></dd></div>
<div><dt>version</dt><dd>{entry.version}</dd></div>
</dl>
<table><tbody>{"".join(_field(each) for each in entry.fields)}</tbody></table>
<p><a class="schema" href="{entry.schema_path}">JSON Schema</a></p>
</details>
"""


def _field(field: Field) -> str:
    optional = "" if field.required else " <i>optional</i>"
    return f"<tr><th>{field.name}</th><td><code>{escape(field.type)}</code>{optional}</td></tr>"


def _prose(text: str) -> str:
    """Escape a docstring; its literals become code."""
    return _LITERAL.sub(r"<code>\1</code>", escape(text))
