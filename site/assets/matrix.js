// Filters and sorts the matrix. The state is in the address, so that a
// filtered view can be linked to.
"use strict";
{
	const form = document.getElementById("filter");
	const table = document.getElementById("m");
	const count = document.getElementById("count");
	const heads = [...table.tHead.rows[0].cells];
	const detectors = heads.map((h) => h.textContent);
	const rows = [...table.tBodies[0].rows].map((tr, i) => {
		const states = {};
		[...tr.cells].slice(1, 9).forEach((td, d) => {
			const a = td.firstElementChild;
			states[detectors[d + 1]] = a ? a.getAttribute("aria-label").split(" ")[1] : "none";
		});
		for (const a of tr.cells[9].children) states[a.textContent] = "caught";
		return {
			tr, i, states,
			part: tr.cells[0].firstElementChild.getAttribute("href").split("/").filter((s) => s && s[0] !== ".")[0],
			alone: Object.values(states).filter((s) => s === "caught").length === 1,
			text: tr.textContent.toLowerCase(),
		};
	});

	function fits(r, f) {
		if (f.part && r.part !== f.part) return false;
		if (f.text && !r.text.includes(f.text.toLowerCase())) return false;
		if (!f.by && (f.state === "ca" || !f.state)) return true;
		const states = f.by ? [r.states[f.by]] : Object.values(r.states);
		if (f.state === "al") return r.alone && states.includes("caught");
		return states.some((s) => s && s.slice(0, 2) === (f.state || "ca"));
	}
	function read() {
		return Object.fromEntries(new FormData(form));
	}
	function show() {
		const f = read();
		let n = 0;
		for (const r of rows) {
			r.tr.hidden = !fits(r, f);
			if (!r.tr.hidden) n++;
		}
		count.textContent = n + " of " + rows.length;
		const kept = new URLSearchParams(Object.entries(f).filter(([k, v]) => v && !(k === "state" && v === "ca")));
		history.replaceState(null, "", kept.size ? "#" + kept : location.pathname);
	}
	function restore() {
		for (const [k, v] of new URLSearchParams(location.hash.slice(1))) {
			if (form.elements[k]) form.elements[k].value = v;
		}
		show();
	}
	const order = { caught: 0, some: 1, silent: 2, open: 3, none: 4 };
	function value(r, col) {
		if (col === 0 || col >= 9) return r.tr.cells[col].textContent.trim() || "~";
		return order[r.states[detectors[col]]];
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
			table.tBodies[0].append(...rows.map((r) => r.tr));
		});
	});
	form.hidden = false;
	form.addEventListener("input", show);
	form.addEventListener("submit", (ev) => ev.preventDefault());
	addEventListener("hashchange", restore);
	restore();
}
