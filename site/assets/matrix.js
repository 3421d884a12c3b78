// Draws the matrix from rows.json, filters and sorts it. Only the rows that are
// looked at become elements, and the next ones when the reader comes near. The
// filter is in the address, so that a filtered view can be linked to.
"use strict";
{
	const atOnce = 30; // rows: a screen has some 25
	const form = document.getElementById("filter");
	const table = document.getElementById("m");
	const body = table.tBodies[0];
	const count = document.getElementById("count");
	const more = document.getElementById("more");
	const all = document.getElementById("all");
	const heads = [...table.tHead.rows[0].cells];
	const root = document.body.dataset.root;
	// A letter of rows.json: the state, its mark, and its place when sorted.
	const states = { c: ["caught", "●", 0], m: ["some runs", "◐", 1], s: ["silent", "·", 2], o: ["open", "○", 3], "-": ["none", "–", 4] };
	let detectors, rows = [], found = [], drawn = 0, y = 0;

	async function load() {
		let data;
		try {
			data = await (await fetch("rows.json")).json();
		} catch {
			more.textContent = "The rows could not be loaded. The plain tables above have all of them.";
			return;
		}
		detectors = data.detectors;
		rows = data.packages.flatMap((p) => p.rows.map((r) => row(p.path, ...r)));
		rows.forEach((r, i) => { r.i = i; });
		const before = history.state; // if the reader comes back
		restore();
		if (before) {
			draw(before.drawn);
			scrollTo(0, y = before.y);
		}
		performance.mark("drawn");
	}
	function row(path, name, id, letters, tools, text) {
		const [part, ...inner] = path.split("/").filter(Boolean);
		const label = (inner.join("/") || part) + "." + name;
		return { part, label, letters, tools, text, href: root + path + "#" + (id || name) };
	}
	// by is a row's state by detector.
	function by(r) {
		r.by ??= Object.fromEntries([
			...detectors.map((d, i) => [d, states[r.letters[i]][0]]),
			...r.tools.split(" ").filter(Boolean).map((t) => [t, "caught"])]);
		return r.by;
	}
	function element(r) {
		const tr = document.createElement("tr");
		const name = document.createElement("th");
		name.scope = "row";
		name.append(link(r.href, r.label));
		tr.append(name);
		detectors.forEach((d, i) => {
			const [state, mark] = states[r.letters[i]];
			const td = tr.insertCell();
			if (state === "none") td.textContent = mark;
			else td.append(link(r.href + "-" + d, mark, d + " " + state));
		});
		const tools = tr.insertCell();
		for (const t of r.tools.split(" ").filter(Boolean)) tools.append(link(r.href + "-" + t, t), " ");
		tr.insertCell().textContent = r.text;
		return tr;
	}
	function link(href, text, label) {
		const a = document.createElement("a");
		a.href = href;
		a.textContent = text;
		if (label) a.setAttribute("aria-label", label);
		return a;
	}

	// draw makes rows up to a number of them.
	function draw(upTo) {
		const some = document.createDocumentFragment();
		for (; drawn < Math.min(upTo, found.length); drawn++) {
			const r = found[drawn];
			r.tr ??= element(r);
			r.tr.setAttribute("aria-rowindex", drawn + 2);
			some.append(r.tr);
		}
		body.append(some);
		all.hidden = more.hidden = drawn === found.length;
		near.unobserve(more); // observed anew, it says whether it is near still
		near.observe(more);
	}
	const near = new IntersectionObserver((seen) => {
		if (seen.at(-1).isIntersecting) draw(drawn + atOnce);
	}, { rootMargin: "1200px" });
	// keep has the browser remember where the reader is, which it cannot find
	// again by itself when the rows are not there yet.
	function keep(address) {
		history.replaceState({ drawn, y }, "", address);
	}
	addEventListener("scrollend", () => {
		y = scrollY;
		keep();
	});
	function drawAll() { draw(found.length); }
	// A reader of the screen, say, wants all; what looks for text, or prints, too.
	all.addEventListener("click", () => {
		drawAll();
		keep();
		body.querySelector("a")?.focus(); // the button is gone
	});
	addEventListener("beforeprint", drawAll);
	addEventListener("keydown", (ev) => {
		if ((ev.ctrlKey || ev.metaKey) && ev.key === "f") drawAll();
	});

	function fits(r, f) {
		if (f.part && r.part !== f.part) return false;
		if (f.text && ![r.label, r.tools, r.text].join(" ").toLowerCase().includes(f.text.toLowerCase())) return false;
		if (!f.by && (f.state === "ca" || !f.state)) return true;
		const every = Object.values(by(r));
		const seen = f.by ? [by(r)[f.by]] : every;
		if (f.state === "al") return seen.includes("caught") && every.filter((s) => s === "caught").length === 1;
		return seen.some((s) => s && s.slice(0, 2) === (f.state || "ca"));
	}
	function show() {
		const f = Object.fromEntries(new FormData(form));
		found = rows.filter((r) => fits(r, f));
		drawn = 0;
		body.replaceChildren();
		draw(atOnce);
		table.setAttribute("aria-rowcount", found.length + 1);
		count.textContent = found.length + " of " + rows.length;
		const kept = new URLSearchParams(Object.entries(f).filter(([k, v]) => v && !(k === "state" && v === "ca")));
		if (location.hash.slice(1) !== String(kept)) keep(kept.size ? "#" + kept : location.pathname);
	}
	function restore() {
		if (location.hash.includes("=")) form.reset();
		for (const [k, v] of new URLSearchParams(location.hash.slice(1))) {
			if (form.elements[k]) form.elements[k].value = v;
		}
		show();
	}
	function value(r, col) {
		if (col === 0) return r.label;
		if (col <= detectors.length) return states[r.letters[col - 1]][2];
		return (col === detectors.length + 1 ? r.tools : r.text) || "~";
	}
	heads.forEach((th, col) => {
		const button = document.createElement("button");
		button.type = "button";
		button.textContent = th.textContent;
		th.replaceChildren(button);
		button.addEventListener("click", () => {
			const down = th.getAttribute("aria-sort") === "ascending";
			heads.forEach((h) => h.removeAttribute("aria-sort"));
			th.setAttribute("aria-sort", down ? "descending" : "ascending");
			const sign = down ? -1 : 1;
			rows.sort((a, b) => {
				const x = value(a, col), y = value(b, col);
				return (x < y ? -sign : x > y ? sign : 0) || a.i - b.i;
			});
			show();
		});
	});
	document.getElementById("rows").hidden = false;
	form.addEventListener("input", show);
	form.addEventListener("submit", (ev) => ev.preventDefault());
	addEventListener("hashchange", restore);
	load();
}
