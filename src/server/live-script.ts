/**
 * The script of a live page. It hears which report is the latest, asks for it, and puts its content in the place of the
 * old: what is under the reader's eyes stays where it is, open tables stay open, scrolled ones scrolled, and the theme
 * and its button are left alone.
 */
export const liveScript = `
"use strict";
{
	const page = document.documentElement;
	const say = (text) => { document.getElementById("live").textContent = text; };
	let busy = Promise.resolve();

	const source = new EventSource("/live");
	source.addEventListener("state", ({ data }) => {
		const { version, text } = JSON.parse(data);
		say(text);
		busy = busy.then(() => version === Number(page.dataset.version) ? undefined : update());
	});
	source.addEventListener("error", () => say("The watch does not answer. It has ended, or will be back."));

	// A place in the page that the next one has as well: the name of what it stands in, and which of its kind it is there.
	const names = (selector, root) => {
		const counts = new Map();
		return [...root.querySelectorAll(selector)].map((node) => {
			const home = node.parentElement.closest("[id]")?.id ?? node.closest("section")?.getAttribute("aria-labelledby") ?? "";
			counts.set(home, (counts.get(home) ?? 0) + 1);
			return { node, name: home + " " + counts.get(home) };
		});
	};
	const focusable = "a, button, input, summary, [tabindex]";

	async function update() {
		const answer = await fetch("/", { cache: "no-store" }).catch(() => undefined);
		if (!answer?.ok) return;
		const next = new DOMParser().parseFromString(await answer.text(), "text/html");
		// From the page that waits to the first report: its own script is still to run.
		if (page.dataset.version === "0") return location.reload();
		const anchor = [...document.querySelectorAll("h1, h2[id], figure[id]")].find((node) => node.getBoundingClientRect().bottom > 0);
		const top = anchor?.getBoundingClientRect().top;
		const open = new Map(names("details", document).map(({ node, name }) => [name, node.open]));
		const scrolled = new Map(names(".scroll", document).map(({ node, name }) => [name, [node.scrollLeft, node.scrollTop]]));
		const focused = names(focusable, document).find(({ node }) => node === document.activeElement)?.name;
		next.getElementById("theme").replaceWith(document.getElementById("theme"));
		for (const { node, name } of names("details", next)) node.open = open.get(name) ?? node.open;
		document.title = next.title;
		page.dataset.version = next.documentElement.dataset.version;
		document.body.replaceChildren(...next.body.childNodes);
		for (const { node, name } of names(".scroll", document)) [node.scrollLeft, node.scrollTop] = scrolled.get(name) ?? [0, 0];
		for (const control of document.querySelectorAll(".clock")) startClock(control);
		names(focusable, document).find(({ name }) => name === focused)?.node.focus({ preventScroll: true });
		const now = anchor && (anchor.id ? document.getElementById(anchor.id) : document.querySelector("h1"));
		if (now && scrollY > 0) scrollBy({ top: now.getBoundingClientRect().top - top, behavior: "instant" });
	}
}
`;
