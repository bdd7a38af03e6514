/** Light or dark: the system's choice until the reader makes one, which this browser remembers. A Svelte store. */
import { writable } from "svelte/store";
import { pageColours } from "../../figure/page-colours.ts";

export type Theme = "light" | "dark";

const name = "orrery-theme";
const system = globalThis.matchMedia?.("(prefers-color-scheme: dark)");
const store = writable<Theme>("light");

export const theme = { subscribe: store.subscribe };

/** Gives the page its colours, in the remembered theme; from then on the store is right. */
export function startTheme(): void {
	const style = document.createElement("style");
	style.textContent = pageColours;
	document.head.append(style);
	const kept = remembered();
	if (kept) document.documentElement.dataset["theme"] = kept;
	store.set(current());
	system?.addEventListener("change", () => store.set(current()));
}

export function toggleTheme(): void {
	const next: Theme = current() === "dark" ? "light" : "dark";
	document.documentElement.dataset["theme"] = next;
	store.set(next);
	try {
		localStorage.setItem(name, next);
	} catch {
		// A browser that keeps nothing still changes the theme of this page.
	}
}

function current(): Theme {
	const chosen = document.documentElement.dataset["theme"];
	return chosen === "light" || chosen === "dark" ? chosen : system?.matches ? "dark" : "light";
}

function remembered(): Theme | undefined {
	try {
		const kept = localStorage.getItem(name);
		return kept === "light" || kept === "dark" ? kept : undefined;
	} catch {
		return undefined;
	}
}
