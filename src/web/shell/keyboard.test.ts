import { JSDOM } from "jsdom";
import { beforeEach, describe, expect, test } from "vitest";
import { type Binding, Keyboard } from "./keyboard.ts";

const { window } =
	new JSDOM(`<input id="text" type="search"><input id="box" type="checkbox"><input id="slider" type="range">
	<button id="button">b</button><textarea id="area"></textarea><p id="words">w</p>`);
let keyboard: Keyboard;
let ran: string[];

const binding = (name: string, keys: readonly string[], shift?: boolean): Binding => ({
	keys,
	name,
	does: name,
	...(shift !== undefined && { shift }),
	run: () => ran.push(name),
});

/** Whether the page did something with the key. */
function press(key: string, on = "words", options: KeyboardEventInit = {}): boolean {
	const event = new window.KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...options });
	window.document.getElementById(on)!.dispatchEvent(event);
	return event.defaultPrevented;
}

beforeEach(() => {
	ran = [];
	keyboard = new Keyboard();
	keyboard.add([
		binding("play", [" "]),
		binding("theme", ["t"]),
		binding("step", ["ArrowLeft", "ArrowRight"], false),
	]);
	keyboard.add([binding("leap", ["ArrowLeft", "ArrowRight"], true)]);
	return keyboard.listen(window as unknown as Window);
});

describe("keys of the page", () => {
	test("do what was bound to them, with and without shift", () => {
		for (const key of [" ", "t", "T", "ArrowLeft"]) expect(press(key), key).toBe(true);
		press("ArrowRight", "words", { shiftKey: true });
		expect(ran).toEqual(["play", "theme", "theme", "step", "leap"]);
		expect(press("x")).toBe(false);
	});

	test("rest while the reader types, and where a control has a use of its own for them", () => {
		for (const [key, on] of [
			["t", "text"],
			[" ", "area"],
			[" ", "button"],
			[" ", "box"],
			["ArrowLeft", "slider"],
		] as const)
			expect(press(key, on), `${key} on ${on}`).toBe(false);
		expect(ran).toEqual([]);
		expect(press("t", "button")).toBe(true);
		expect(press("ArrowLeft", "box")).toBe(true);
	});

	test("rest when the browser's own modifiers are held", () => {
		for (const modifier of ["ctrlKey", "metaKey", "altKey"])
			expect(press("t", "words", { [modifier]: true })).toBe(false);
	});

	test("are a page's only while it is there, and it goes before the shell's", () => {
		const remove = keyboard.add([binding("own", ["t"])]);
		press("t");
		remove();
		press("t");
		expect(ran).toEqual(["own", "theme"]);
	});
});
