// Asks the reports as the person who signed in, and draws them. Amounts are exact decimal strings:
// they are shown as they came, and become numbers only to place a bar.
"use strict";

const TOKEN = "kehu.token";
const STAGES = {
  preparation: "Preparation 准备", contact: "Contact 接触", discovery: "Discovery 探寻",
  proposal: "Proposal 方案", closing: "Closing 成交",
};
const AGES = [
  ["current", "not due 未到期"], ["days_1_30", "1–30"], ["days_31_60", "31–60"],
  ["days_61_90", "61–90"], ["days_over_90", "over 90 以上"],
];
const $ = (id) => document.getElementById(id);
const filters = $("filters");
let asked = 0;
let draw = () => {};

// -- asking ------------------------------------------------------------------------------------

class SignedOut extends Error {}

async function report(path, query = {}) {
  const wanted = Object.entries(query).filter(([, value]) => value);
  const answer = await fetch(`/v1/reports/${path}?${new URLSearchParams(wanted)}`, {
    headers: { authorization: `Bearer ${sessionStorage.getItem(TOKEN)}` },
  });
  if (answer.status === 401) throw new SignedOut();
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail || body.title);
  return body;
}

async function signIn(submit) {
  submit.preventDefault();
  const form = new FormData(submit.target);
  form.set("grant_type", "password");
  const answer = await fetch("/v1/auth/token", { method: "POST", body: new URLSearchParams(form) });
  const body = await answer.json();
  if (!answer.ok) return trouble(body.error_description || body.detail || "Sign-in failed.");
  submit.target.reset();
  sessionStorage.setItem(TOKEN, body.access_token);
  await show();
}

function signOut() {
  asked += 1; // answers still on their way are not shown
  draw = () => {};
  sessionStorage.removeItem(TOKEN);
  turn(false);
}

// -- showing -----------------------------------------------------------------------------------

async function show() {
  if (!sessionStorage.getItem(TOKEN)) return signOut();
  const mine = ++asked;
  turn(true);
  $("reports").classList.add("waiting");
  try {
    const drawn = await gather();
    if (mine !== asked) return;
    draw = drawn;
    draw();
  } catch (error) {
    if (mine !== asked) return;
    if (error instanceof SignedOut) return signOut();
    trouble(error.message);
  } finally {
    if (mine === asked) $("reports").classList.remove("waiting");
  }
}

async function gather() {
  const period = { from: filters.elements.from.value, to: filters.elements.to.value };
  const known = await report("cube", { measure: "sales" });
  const currency = choose(known.rows);
  const money = { ...period, currency };
  const [sales, totals, receipts, ageing, bands, funnel] = await Promise.all([
    report("monthly-sales", money),
    report("cube", { measure: "sales", ...money }),
    report("cube", { measure: "receipts", ...money }),
    report("ageing", { currency }),
    report("contribution", money),
    report("funnel", period),
  ]);
  return () => {
    const open = ageing.totals[0];
    tiles(totals.rows[0], receipts.rows[0], open, funnel, bands.bands);
    monthly(sales.items);
    stages(funnel);
    ages(open);
    contribution(bands.bands);
    stamp([sales, receipts, ageing, funnel]);
  };
}

// The currency that was chosen, or the one with the most invoice lines.
function choose(rows) {
  const list = filters.elements.currency;
  const busiest = [...rows].sort((a, b) => b.facts - a.facts).map((row) => row.amount.currency);
  const chosen = busiest.includes(list.value) ? list.value : busiest[0];
  list.replaceChildren(...busiest.map((name) => new Option(name, name, false, name === chosen)));
  return chosen;
}

function turn(signedIn) {
  $("sign-in").hidden = signedIn;
  filters.hidden = $("reports").hidden = !signedIn;
  $("as-of").textContent = "";
  trouble("");
}

function trouble(text) {
  $("trouble").textContent = text;
  $("trouble").hidden = !text;
}

function stamp(answers) {
  const newest = answers.map((each) => each.as_of.event_time).filter(Boolean).sort().pop();
  $("as-of").textContent = newest
    ? `True for all events up to ${new Date(newest).toLocaleString()} 截至该时刻的全部事件`
    : "No event yet. 尚无事件";
}

// -- the parts ---------------------------------------------------------------------------------

function tiles(sales, receipts, open, funnel, bands) {
  const overdue = open ? Number(open.open.amount) - Number(open.current.amount) : 0;
  const late = open && Number(open.open.amount) ? percent(overdue / Number(open.open.amount)) : "–";
  const pursued = funnel.outcomes.open?.opportunities ?? 0;
  const buyers = bands.reduce((sum, band) => sum + band.customers, 0);
  const all = [
    ["Sales", "销售额", sales?.amount],
    ["Receipts", "回款", receipts?.amount],
    ["Open receivables", "应收款", open?.open],
    ["Of it overdue", "逾期占比", late],
    ["Customers who bought", "成交客户", String(buyers)],
    ["Open opportunities", "在跟机会", String(pursued)],
    ["Win rate", "赢单率", funnel.win_rate === null ? "–" : percent(funnel.win_rate)],
  ];
  $("tiles").replaceChildren(...all.map(([name, term, figure]) => {
    const list = node("dl", { class: typeof figure === "string" ? "tile" : "tile money" });
    const [title, value] = [node("dt", {}, `${name} `), node("dd")];
    title.append(node("span", { lang: "zh" }, term));
    if (figure?.amount) value.append(exact(figure.amount), " ", node("small", {}, figure.currency));
    else value.append(figure ?? "–");
    list.append(title, value);
    return list;
  }));
}

function monthly(items) {
  if (!items.length) return nothing("sales");
  const [width, height, left, bottom, top] = [room("sales"), 260, 52, 24, 12];
  const most = scale(Math.max(...items.map((each) => Number(each.amount.amount))));
  const y = (value) => top + (height - bottom - top) * (1 - value / most.end);
  const step = (width - left) / items.length;
  const chart = picture(width, height, "Monthly sales");
  for (let value = 0; value <= most.end; value += most.step) {
    chart.append(
      shape("line", { class: "grid", x1: left, x2: width, y1: y(value), y2: y(value) }),
      shape("text", { x: left - 8, y: y(value) + 4, "text-anchor": "end" }, compact(value)),
    );
  }
  const every = Math.ceil((items.length * 70) / width);
  items.forEach((each, index) => {
    const x = left + index * step;
    const at = y(Number(each.amount.amount));
    const hint = `${each.month}: ${amount(each.amount)}, ${each.facts} lines 行`;
    const hit = shape("rect", { class: "hit", x, y: top, width: step, height: height - bottom - top });
    const bar = shape("rect", {
      class: "bar", x: x + step * 0.15, y: at, width: step * 0.7, height: y(0) - at, rx: Math.min(2, step / 8),
    });
    for (const part of [hit, bar]) part.append(shape("title", {}, hint));
    chart.append(hit, bar);
    if (index % every === 0) {
      chart.append(shape("text", { x: x + step / 2, y: height - 6, "text-anchor": "middle" }, each.month));
    }
  });
  $("sales").replaceChildren(chart);
}

function stages(funnel) {
  if (!funnel.opportunities) return nothing("funnel");
  const won = funnel.outcomes.won?.opportunities ?? 0;
  const rows = funnel.stages.map((each) => ({
    name: STAGES[each.stage] ?? each.stage,
    count: each.reached,
    share: each.conversion,
    hint: each.average_days === null
      ? "no stay is over yet"
      : `${each.average_days} days on average, median ${each.median_days} 平均与中位停留天数`,
  }));
  rows.push({ name: "Won 赢单", count: won, share: null, hint: "won 赢单", won: true });
  const [width, row, left] = [room("funnel"), 44, 118];
  const most = Math.max(...rows.map((each) => each.count), 1);
  const chart = picture(width, rows.length * row - 10, "Funnel");
  rows.forEach((each, index) => {
    const y = index * row;
    const length = Math.max(((width - left - 50) * each.count) / most, 1);
    const bar = shape("rect", {
      class: each.won ? "won" : "bar", x: left, y, width: length, height: 22, rx: 3,
    });
    bar.append(shape("title", {}, `${each.name}: ${each.count}; ${each.hint}`));
    chart.append(
      shape("text", { class: "ink", x: 0, y: y + 15 }, each.name),
      bar,
      shape("text", { class: "ink", x: left + length + 8, y: y + 15 }, each.count),
    );
    if (each.share !== null && index < rows.length - 1) {
      chart.append(shape("text", { x: left + 6, y: y + 36 }, `↓ ${percent(each.share)}`));
    }
  });
  $("funnel").replaceChildren(chart);
}

function ages(open) {
  if (!open) return nothing("ageing");
  const [width, row, left] = [room("ageing"), 38, 100];
  const most = Math.max(...AGES.map(([name]) => Number(open[name].amount)), 1);
  const chart = picture(width, AGES.length * row - 14, "Receivables by age");
  AGES.forEach(([name, title], index) => {
    const y = index * row;
    const length = Math.max(((width - left - 120) * Number(open[name].amount)) / most, 1);
    const bar = shape("rect", { class: `age-${index}`, x: left, y, width: length, height: 22, rx: 3 });
    bar.append(shape("title", {}, `${title}: ${amount(open[name])}`));
    chart.append(
      shape("text", { class: "ink", x: 0, y: y + 15 }, title),
      bar,
      shape("text", { class: "ink", x: left + length + 8, y: y + 15 }, exact(open[name].amount)),
    );
  });
  $("ageing").replaceChildren(chart);
}

function contribution(bands) {
  if (!bands.length) return nothing("contribution");
  const table = node("table");
  const head = node("tr");
  for (const title of ["Sales to one customer 单客户销售额", "Customers 客户数", "Share 占比", "Accumulated 累计", "Sales 销售额", "Share 占比"]) {
    head.append(node("th", { scope: "col" }, title));
  }
  table.append(node("thead"), node("tbody"));
  table.tHead.append(head);
  for (const band of bands) {
    const line = node("tr");
    line.append(
      node("td", {}, range(band)), node("td", {}, String(band.customers)), share(band.customer_share),
      node("td", {}, percent(band.accumulated_customer_share)), node("td", {}, exact(band.amount.amount)),
      share(band.amount_share),
    );
    table.tBodies[0].append(line);
  }
  const scroll = node("div", { class: "scroll" });
  scroll.append(table);
  $("contribution").replaceChildren(scroll);
}

function range(band) {
  const [lower, upper] = [band.lower?.amount, band.upper?.amount].map((each) => each && exact(each, 0));
  if (!band.lower) return `under ${upper} 以下`;
  return band.upper ? `${lower} to ${upper}` : `${lower} and over 以上`;
}

function share(value) {
  const cell = node("td", { class: "share" });
  const inside = node("div");
  const bar = shape("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" });
  bar.append(
    shape("rect", { class: "track", width: 1, height: 1 }),
    shape("rect", { class: "bar", width: value, height: 1 }),
  );
  inside.append(bar, percent(value));
  cell.append(inside);
  return cell;
}

function nothing(id) {
  $(id).replaceChildren(node("p", { class: "nothing" }, "Nothing to show yet. 暂无数据"));
}

// -- figures and shapes --------------------------------------------------------------------------

function exact(text, places = 2) {
  const [whole, fraction = ""] = text.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return places ? `${grouped}.${fraction.padEnd(places, "0")}` : grouped;
}

function amount(money) {
  return money ? `${exact(money.amount)} ${money.currency}` : "–";
}

function percent(share) {
  return `${(Number(share) * 100).toFixed(1)} %`;
}

function compact(value) {
  return new Intl.NumberFormat("en", { notation: "compact" }).format(value);
}

// Round steps of 1, 2 or 5 times a power of ten, four or five of them.
function scale(most) {
  if (most <= 0) return { end: 1, step: 1 };
  const power = 10 ** Math.floor(Math.log10(most / 4));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each * 5 >= most);
  return { end: Math.ceil(most / step) * step, step };
}

// A picture is as wide as its place, so that its text is as large as the text around it.
function room(id) {
  return $(id).clientWidth || 480;
}

function picture(width, height, name) {
  return shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": name });
}

function shape(name, attributes, text = "") {
  return dressed(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, text);
}

function node(name, attributes = {}, text = "") {
  return dressed(document.createElement(name), attributes, text);
}

function dressed(element, attributes, text) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== "") element.textContent = text;
  return element;
}

$("sign-in").addEventListener("submit", signIn);
$("leave").addEventListener("click", signOut);
filters.addEventListener("submit", (submit) => {
  submit.preventDefault();
  show();
});
filters.elements.currency.addEventListener("change", show);
let resized;
window.addEventListener("resize", () => {
  clearTimeout(resized);
  resized = setTimeout(() => draw(), 100);
});
show();
