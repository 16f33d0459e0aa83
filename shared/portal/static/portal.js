// Search and filter the events, and show a JSON Schema in its place. The page reads without it.
"use strict";

const search = document.getElementById("search");
const chips = [...document.querySelectorAll(".chips button")];
const groups = [...document.querySelectorAll(".group")];

function narrow() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const chosen = chips.filter((chip) => chip.ariaPressed === "true").map((chip) => chip.dataset.producer);
  let shown = 0;
  for (const group of groups) {
    const wanted = !chosen.length || chosen.includes(group.dataset.producer);
    let here = 0;
    for (const event of group.querySelectorAll("details")) {
      event.hidden = !wanted || !words.every((word) => event.dataset.words.includes(word));
      here += !event.hidden;
    }
    group.hidden = !here;
    shown += here;
  }
  document.getElementById("count").textContent = shown;
  document.getElementById("nothing").hidden = shown > 0;
}

async function showSchema(click) {
  const link = click.target.closest("a.schema");
  if (!link || click.ctrlKey || click.metaKey || click.shiftKey) return;
  click.preventDefault();
  const paragraph = link.parentElement;
  if (paragraph.nextElementSibling) {
    paragraph.nextElementSibling.remove();
    return;
  }
  const answer = await fetch(link.href);
  const pre = document.createElement("pre");
  pre.textContent = JSON.stringify(await answer.json(), null, 2);
  paragraph.after(pre);
}

// "?q=receipt" searches, "#crm.order.receipt.recorded.v1" opens one event: both can be sent as links.
function openNamed() {
  const event = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (event?.tagName === "DETAILS") event.open = true;
}

for (const chip of chips) {
  chip.ariaPressed = "false";
  chip.addEventListener("click", () => {
    chip.ariaPressed = chip.ariaPressed === "true" ? "false" : "true";
    narrow();
  });
}
search.addEventListener("input", narrow);
document.addEventListener("click", showSchema);
addEventListener("hashchange", openNamed);
search.value = new URLSearchParams(location.search).get("q") ?? "";
openNamed();
narrow();
const found = document.querySelectorAll("details:not([hidden])");
if (found.length === 1) found[0].open = true;
