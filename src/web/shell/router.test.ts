import { setTimeout as after } from "node:timers/promises";
import { JSDOM, VirtualConsole } from "jsdom";
import { expect, test } from "vitest";
import { list, text } from "./query-state.ts";
import { hrefTo, type Place, Router } from "./router.ts";

const parameters = { path: text(), run: list() };

function open(address: string) {
	const { window } = new JSDOM("<a href='?page=run&path=a/b'><b>a</b></a><a href='report.html'>report</a>", {
		url: `http://127.0.0.1:4173/${address}`,
		// Which has no other pages to go to, and says so.
		virtualConsole: new VirtualConsole(),
	});
	window.scrollTo = () => {};
	const router = new Router(window as unknown as Window);
	const places: Place[] = [];
	router.subscribe((place) => places.push(place));
	const click = (what: string, options: MouseEventInit = {}) => {
		const event = new window.MouseEvent("click", { bubbles: true, cancelable: true, ...options });
		window.document.querySelector(what)!.dispatchEvent(event);
		return event;
	};
	return { window, router, places, click };
}

test("an address names a page and its state, and reads well", () => {
	const href = hrefTo("run", parameters, { path: "studies/norm growth/pre" });
	expect(href).toBe("?page=run&path=studies/norm+growth/pre");
	const { router } = open(href);
	expect(router.place.page).toBe("run");
	expect(router.place.query.get("path")).toBe("studies/norm growth/pre");
	expect(hrefTo("", parameters, {})).toBe("?");
});

test("another state is shown at once, is in the address a moment later, and is no place to go back to", async () => {
	const { window, router, places } = open("?page=compare");
	const before = window.history.length;
	router.set(parameters, { run: ["a"] });
	router.set(parameters, { run: ["a", "b"] });
	expect(places.at(-1)!.query.getAll("run")).toEqual(["a", "b"]);
	expect(window.location.search).toBe("?page=compare");
	await after(400);
	expect(window.location.search).toBe("?page=compare&run=a&run=b");
	expect(window.history.length).toBe(before);
});

test("a link leads to another page, and back returns to the state that was left", async () => {
	const { window, router, click } = open("");
	router.set(parameters, { run: ["a"] });
	expect(click("b").defaultPrevented).toBe(true);
	expect(router.place.page).toBe("run");
	window.history.back();
	await after(50);
	expect(router.place.page).toBe("");
	expect(router.place.query.getAll("run")).toEqual(["a"]);
});

test("links to other files, and clicks that ask for another tab, are the browser's", () => {
	const { router, click } = open("");
	const doc = click("a:last-of-type");
	expect(doc.defaultPrevented).toBe(false);
	expect(click("b", { ctrlKey: true }).defaultPrevented).toBe(false);
	expect(click("b", { button: 1 }).defaultPrevented).toBe(false);
	expect(router.place.page).toBe("");
});
