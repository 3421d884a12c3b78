// The page asks for the state twice a second and shows it. Whatever comes from
// the services is set as text, never as HTML.
"use strict";

const $ = (id) => document.getElementById(id);

function el(tag, text, className) {
  const e = document.createElement(tag);
  if (text !== undefined) e.textContent = text;
  if (className) e.className = className;
  return e;
}

const ms = (ns) => (ns / 1e6).toFixed(1);

function numbers(s) {
  const perSecond = (n) => (n / 3).toFixed(1);
  const all = [
    ["acknowledged/s", perSecond(s.load.ok), "ok"],
    ["shed/s", perSecond(s.load.shed), s.load.shed ? "shed" : ""],
    ["failed/s", perSecond(s.load.failed), s.load.failed ? "failed" : ""],
    ["p50 ms", ms(s.load.p50)],
    ["p99 ms", ms(s.load.p99)],
    ["acknowledged", s.acked],
    ["not known yet", s.unknown],
  ];
  $("numbers").replaceChildren(...all.map(([name, value, className]) => {
    const d = el("div");
    d.append(el("dt", name), el("dd", value, className));
    return d;
  }));
}

function history(points) {
  const svg = $("history");
  const top = Math.max(10, ...points.map((p) => p.ok + p.shed + p.failed));
  const width = 600 / 120;
  svg.replaceChildren(...points.flatMap((p, i) => {
    let y = 100;
    return ["ok", "shed", "failed"].map((kind) => {
      const r = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      const h = (p[kind] / top) * 100;
      y -= h;
      r.setAttribute("x", (120 - points.length + i) * width);
      r.setAttribute("width", width - 1);
      r.setAttribute("y", y);
      r.setAttribute("height", h);
      r.setAttribute("class", kind);
      return r;
    });
  }));
}

function services(all) {
  $("services").replaceChildren(...all.map((s) => {
    const tr = el("tr");
    tr.append(el("td", s.name), el("td", s.up ? "up" : "down", s.up ? "ok" : "failed"));
    for (const v of [s.up ? s.pid : "", s.rate.toFixed(1), s.failed.toFixed(1), s.p50.toFixed(1),
      s.p99.toFixed(1), s.inFlight, s.goroutines]) tr.append(el("td", v));
    const breakers = el("td");
    for (const [to, is] of Object.entries(s.breakers || {})) {
      breakers.append(el("span", `${to}: ${is} `, is === "closed" ? "ok" : "failed"));
    }
    tr.append(breakers);
    return tr;
  }));
}

function trace(spans) {
  if (!spans || !spans.length) return;
  const start = spans[0].start;
  const end = Math.max(...spans.map((s) => s.start + s.micros));
  const share = (us) => `${(us / Math.max(1, end - start)) * 100}%`;
  $("trace").replaceChildren(...spans.map((s) => {
    const li = el("li");
    const lane = el("span", "", "lane");
    const bar = el("span", "", s.failed ? "bar bad" : "bar");
    bar.style.left = share(s.start - start);
    bar.style.width = share(s.micros);
    lane.append(bar);
    li.append(el("span", s.service), el("span", `${s.kind} ${s.name}`, "name"), lane,
      el("span", `${(s.micros / 1000).toFixed(2)} ms`, "time"));
    return li;
  }));
}

function events(all) {
  $("events").replaceChildren(...[...(all || [])].reverse().map((e) =>
    el("li", `${new Date(e.at).toLocaleTimeString()} ${e.text}`)));
}

async function poll() {
  try {
    const res = await fetch("state");
    if (!res.ok) throw new Error(res.status);
    const s = await res.json();
    $("stale").hidden = true;
    numbers(s);
    history(s.history || []);
    services(s.services || []);
    trace(s.trace);
    events(s.events);
    $("check").disabled = s.checking;
    $("checked").textContent = s.checking ? `reading ${s.acked} orders, as fast as the gateway takes it…` : s.checked;
    for (const b of $("accidents").children) b.disabled = (s.running || []).includes(b.dataset.name);
  } catch {
    $("stale").hidden = false;
  }
  setTimeout(poll, 500);
}

async function start() {
  for (const a of await (await fetch("accidents")).json()) {
    const b = el("button", a.title);
    b.type = "button";
    b.title = a.text;
    b.dataset.name = a.name;
    b.addEventListener("click", () => {
      b.disabled = true;
      fetch(`accidents/${a.name}`, { method: "POST" });
    });
    $("accidents").append(b);
  }
  $("check").addEventListener("click", () => {
    $("check").disabled = true;
    fetch("check", { method: "POST" });
  });
  poll();
}

start();
