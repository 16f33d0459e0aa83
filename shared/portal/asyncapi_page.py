"""The AsyncAPI document as a page: every topic with its events, who sends and who receives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

Json = dict[str, Any]

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kehu 客户: AsyncAPI</title>
<link rel="stylesheet" href="/portal/portal.css">
<link rel="icon" href="/portal/icon.svg" type="image/svg+xml">
</head>
<body>
<header>
  <div class="brand"><img src="/portal/icon.svg" alt="" width="40" height="40">
    <div><h1>AsyncAPI <span lang="zh">事件接口</span></h1>
    <p>What travels over Kafka, topic by topic.</p></div></div>
  <nav>
    <a href="/">Portal <span lang="zh">首页</span></a>
    <a href="/asyncapi.json">asyncapi.json</a>
    {documents}
  </nav>
</header>
<main>
{about}
<h2>Servers</h2>
<table class="plain"><tbody>{servers}</tbody></table>
<h2>Record headers</h2>
<table class="plain"><tbody>{headers}</tbody></table>
<h2>Topics <small>{count}</small></h2>
{channels}
</main>
<footer>AsyncAPI {version}</footer>
</body>
</html>
"""


def render(document: Json) -> str:
    """Return the page of a document."""
    info, channels = document["info"], document["channels"]
    return _PAGE.format(
        documents="".join(_document(tag["name"]) for tag in info["tags"]),
        about="".join(f'<p class="prose">{escape(each)}</p>' for each in _paragraphs(info)),
        servers="".join(_server(*each) for each in document["servers"].items()),
        headers="".join(_headers(document["components"]["schemas"]["Headers"])),
        count=len(channels),
        channels="\n".join(_channel(document, name) for name in channels),
        version=escape(document["asyncapi"]),
    )


def _document(service: str) -> str:
    return f'<a href="/asyncapi/{service}.json">{service}.json</a>'


def _paragraphs(info: Json) -> list[str]:
    return str(info["description"]).replace("`", "").split("\n\n")


def _server(name: str, server: Json) -> str:
    host = str(server["host"])
    for variable, each in server.get("variables", {}).items():
        host = host.replace(f"{{{variable}}}", each["default"])
    what = f"{server['protocol']}. {server['description']}"
    return f"<tr><th>{escape(name)}</th><td><code>{escape(host)}</code> {escape(what)}</td></tr>"


def _headers(schema: Json) -> Iterator[str]:
    required = schema["required"]
    for name, each in schema["properties"].items():
        optional = "" if name in required else " <i>optional</i>"
        said = escape(each.get("description") or f"always {each.get('const')}")
        yield f"<tr><th><code>{name}</code></th><td>{said}{optional}</td></tr>"


def _channel(document: Json, name: str) -> str:
    channel = document["channels"][name]
    service, topic = channel["tags"][0]["name"], channel["address"]
    messages = (document["components"]["messages"][each] for each in channel["messages"])
    return f"""<div class="group {service}" id="{topic}">
<h3>{escape(channel["title"])} <code>{topic}</code></h3>
<p>{escape(channel["description"]).replace("`", "")}</p>
<table class="plain"><tbody>{"".join(_operations(document, name))}</tbody></table>
<table class="plain"><tbody>{"".join(_messages(messages))}</tbody></table>
</div>"""


def _operations(document: Json, channel: str) -> Iterator[str]:
    reference = {"$ref": f"#/channels/{channel}"}
    messages = document["components"]["messages"]
    for operation in document["operations"].values():
        if operation["channel"] == reference:
            group = operation.get("bindings", {}).get("kafka", {}).get("groupId", {"enum": [""]})
            who = group["enum"][0] or operation["tags"][0]["name"]
            keys = (each["$ref"].rpartition("/")[2] for each in operation["messages"])
            types = ", ".join(messages[key]["name"].split(".")[-2] for key in keys)
            yield (
                f"<tr><th>{operation['action']}</th><td><code>{who}</code></td>"
                f"<td>{types.replace('_', ' ')}</td></tr>"
            )


def _messages(messages: Iterable[Json]) -> Iterator[str]:
    for each in messages:
        name, said = each["name"], escape(each["summary"]).replace("``", "")
        yield (
            f'<tr><th><a href="/#{name}">{escape(each["title"])}</a></th>'
            f'<td>{said}</td><td><a href="/v1/events/{name}">schema</a></td></tr>'
        )
