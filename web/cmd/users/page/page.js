// Each form is one request. Whatever comes back is set as text, never as HTML.
"use strict";

const shown = ["ETag", "Location", "Retry-After", "Content-Type", "X-Request-ID"];

function el(tag, text, className) {
  const e = document.createElement(tag);
  e.textContent = text;
  if (className) e.className = className;
  return e;
}

// request reads a form: what is left empty is not sent.
function request(form) {
  let path = form.dataset.path;
  const query = new URLSearchParams(), headers = {}, body = {};
  for (const { name, value, dataset } of form.querySelectorAll("input")) {
    if (dataset.in === "path") path = path.replace(`{${name}}`, encodeURIComponent(value));
    else if (value === "") continue;
    else if (dataset.in === "query") query.set(name, value);
    else if (dataset.in === "header") headers[name] = value;
    else body[name] = value;
  }
  const init = { method: form.dataset.method, headers, cache: "no-store" };
  if (form.querySelector("[data-in=body]")) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  return [path + (query.size ? `?${query}` : ""), init];
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

async function send(form) {
  const out = form.querySelector("output");
  const [path, init] = request(form);
  try {
    const res = await fetch(path, init);
    const text = pretty(await res.text());
    const head = shown.filter((h) => res.headers.has(h)).map((h) => `${h}: ${res.headers.get(h)}`);
    const good = res.ok || res.status === 304;
    out.replaceChildren(el("span", `${init.method} ${path}: ${res.status} ${res.statusText}`, good ? "ok" : "failed"),
      el("pre", [...head, "", text].join("\n").trim()));
    if (res.status === 201) known(JSON.parse(text).id);
  } catch (err) {
    out.replaceChildren(el("span", `no answer: ${err.message}`, "failed"));
  }
}

// known fills the id of a new user in where one is asked for.
function known(id) {
  for (const input of document.querySelectorAll("[data-in=path]")) input.value = id;
}

for (const form of document.forms) {
  form.noValidate = true; // what the server says of bad values is what one is here for
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form);
  });
}
