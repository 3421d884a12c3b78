// The theme first: this file is loaded before the page is drawn.
"use strict";
const kinds = ["message", "bug", "package", "part", "code", "guide"];
const themes = ["auto", "light", "dark"];
function stored() {
	try { return localStorage.getItem("theme") || "auto"; } catch { return "auto"; }
}
function setTheme(name) {
	if (name === "auto") delete document.documentElement.dataset.theme;
	else document.documentElement.dataset.theme = name;
	try { localStorage.setItem("theme", name); } catch { /* then it lasts for this page */ }
}
setTheme(stored());

document.addEventListener("DOMContentLoaded", () => {
	const root = document.body.dataset.root || "./";
	themeButton();
	copyButtons();
	openTarget();
	addEventListener("hashchange", openTarget);
	if (document.getElementById("page-q")) search(root);
});

function themeButton() {
	const button = document.getElementById("page-theme");
	if (!button) return;
	const show = () => { button.textContent = "Theme: " + stored(); };
	button.hidden = false;
	show();
	button.addEventListener("click", () => {
		setTheme(themes[(themes.indexOf(stored()) + 1) % themes.length]);
		show();
	});
}

// A copy button copies a link to an anchor, or the text before it.
function copyButtons() {
	const canonical = document.querySelector("link[rel=canonical]");
	const page = canonical ? canonical.href : location.href.split("#")[0];
	for (const b of document.querySelectorAll("button.copy")) {
		b.hidden = false;
		const label = b.textContent;
		b.addEventListener("click", async () => {
			const text = "text" in b.dataset ? b.previousElementSibling.textContent
				: page + (b.dataset.copy && "#" + b.dataset.copy);
			try {
				await navigator.clipboard.writeText(text);
				b.textContent = "Copied";
			} catch {
				b.textContent = "Cannot copy";
			}
			setTimeout(() => { b.textContent = label; }, 1500);
		});
	}
}

// A link to a report opens it, and what it stands in.
function openTarget() {
	const id = decodeURIComponent(location.hash.slice(1));
	const target = id && document.getElementById(id);
	if (!target) return;
	for (let e = target; e; e = e.parentElement) {
		if (e.tagName === "DETAILS") e.open = true;
	}
	target.scrollIntoView();
}

function search(root) {
	const box = document.querySelector("search");
	const input = document.getElementById("page-q");
	const list = document.getElementById("page-hits");
	const told = document.getElementById("page-told");
	let index, hits = [], at = -1;
	box.hidden = false;

	async function load() {
		if (index) return;
		index = [];
		try {
			const data = await (await fetch(root + "search.json")).json();
			index = data.pages.flatMap(entries);
		} catch {
			index = undefined;
			told.textContent = "The index could not be loaded.";
			return;
		}
		show();
	}
	// entries makes one of each page and of each place on it.
	function entries(p) {
		const make = (kind, title, text, id) => ({
			kind, title, text, path: p.path + (id && "#" + id),
			low: title.toLowerCase(), all: (title + " " + text + " " + p.path).toLowerCase(),
		});
		const name = p.path.split("/").at(-2);
		const prefix = p.kind === 2 ? name + "." : "";
		return [make(p.kind, p.title, p.text, ""),
			...(p.anchors || []).map(([title, id, text]) => make(p.inner, prefix + title, text || p.title, id || title)),
			...(p.code || []).map((id) => make(4, prefix + id, "", id))];
	}
	function find(query) {
		const q = query.trim().toLowerCase();
		if (q.length < 2) return [];
		const words = q.split(/\s+/);
		const found = [];
		for (const e of index) {
			const s = score(e, q, words);
			if (s > 0) found.push([s, e]);
		}
		found.sort((a, b) => b[0] - a[0] || a[1].title.length - b[1].title.length);
		return found.slice(0, 12).map((f) => f[1]);
	}
	function score(e, q, words) {
		// Somebody pastes a whole message, and the title is its stable part.
		if (e.kind === 0 && e.low.length > 7 && q.includes(e.low)) return 200;
		if (!words.every((w) => e.all.includes(w))) return 0;
		const last = e.low.slice(e.low.lastIndexOf(".") + 1);
		let s = 10 - e.kind;
		if (e.low === q || last === q) s += 100;
		else if (e.low.startsWith(q) || last.startsWith(q)) s += 60;
		else if (e.low.includes(q)) s += 40;
		else if (words.every((w) => e.low.includes(w))) s += 30;
		else if (e.all.includes(q)) s += 15;
		return s;
	}
	function show() {
		if (!index) return;
		const start = performance.now();
		hits = find(input.value);
		at = hits.length ? 0 : -1;
		list.replaceChildren(...hits.map((h, i) => {
			const li = document.createElement("li");
			li.id = "page-hit" + i;
			li.setAttribute("role", "option");
			const kind = document.createElement("span");
			kind.className = "kind";
			kind.textContent = kinds[h.kind];
			const small = document.createElement("small");
			small.textContent = h.text;
			li.append(kind, h.title, small);
			li.addEventListener("mousedown", (ev) => { ev.preventDefault(); go(i); });
			return li;
		}));
		const open = input.value.trim().length > 1 && document.activeElement === input;
		list.hidden = !open || !hits.length;
		input.setAttribute("aria-expanded", String(!list.hidden));
		told.textContent = open ? hits.length + " found" : "";
		pick();
		document.body.dataset.searchMs = (performance.now() - start).toFixed(2);
	}
	function pick() {
		[...list.children].forEach((li, i) => li.setAttribute("aria-selected", String(i === at)));
		if (at >= 0) {
			input.setAttribute("aria-activedescendant", "page-hit" + at);
			list.children[at].scrollIntoView({ block: "nearest" });
		} else input.removeAttribute("aria-activedescendant");
	}
	function go(i) {
		location.href = root + hits[i].path;
		close();
	}
	function close() {
		list.hidden = true;
		input.setAttribute("aria-expanded", "false");
	}
	input.addEventListener("focus", () => { load(); show(); });
	input.addEventListener("input", show);
	input.addEventListener("blur", close);
	input.addEventListener("keydown", (ev) => {
		if (ev.key === "Escape") {
			if (list.hidden) input.value = "";
			close();
		} else if (ev.key === "Enter" && at >= 0 && !list.hidden) {
			ev.preventDefault();
			go(at);
		} else if ((ev.key === "ArrowDown" || ev.key === "ArrowUp") && hits.length) {
			ev.preventDefault();
			at = (at + (ev.key === "ArrowDown" ? 1 : hits.length - 1)) % hits.length;
			pick();
		}
	});
	addEventListener("keydown", (ev) => {
		if (ev.key !== "/" || ev.ctrlKey || ev.metaKey || ev.altKey) return;
		if (/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) return;
		ev.preventDefault();
		input.focus();
		input.select();
	});
}
