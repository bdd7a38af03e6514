import { JSDOM } from "jsdom";
import { afterEach, expect, test } from "vitest";
import { Timeline } from "../chart/timeline.ts";
import { figureParameters, followTimeline, timelineKeys } from "./figure-state.ts";
import { readState } from "./query-state.ts";
import { Router } from "./router.ts";

const steps = [0, 100, 200, 300, 400];
let unfollow = () => {};
afterEach(() => unfollow());

function open(address: string) {
	const { window } = new JSDOM("", { url: `http://127.0.0.1/${address}` });
	const router = new Router(window as unknown as Window);
	const timeline = new Timeline();
	unfollow = followTimeline(timeline, router);
	const atOf = () => readState(figureParameters, router.place.query).at;
	return { router, timeline, atOf };
}

test("the play-heads stand where the address says, before and after there are figures", () => {
	const { timeline, atOf } = open("?page=run&at=200&at=κ₀t:0.25");
	expect(atOf()).toEqual({ step: 200, "κ₀t": 0.25 });
	const figure = {};
	timeline.register(figure, "step", steps, "sqrt");
	timeline.register({}, "κ₀t", [0, 0.5], "linear");
	expect(timeline.clocks.map(({ name, head }) => [name, head])).toEqual([
		["step", 200],
		["κ₀t", 0.25],
	]);
	timeline.remove(figure);
	expect(timeline.clocks).toHaveLength(1);
});

test("the address follows the play-head, and forgets it at the end", () => {
	const { router, timeline, atOf } = open("?page=run");
	timeline.register({}, "step", steps, "linear");
	timeline.move("step", 300.00000001);
	expect(atOf()).toEqual({ step: 300 });
	expect(router.place.query.toString()).toBe("page=run&at=300");
	timeline.move("step", 1_234_567);
	expect(atOf()).toEqual({ step: 1_234_567 });
	timeline.move("step", undefined);
	expect(router.place.query.toString()).toBe("page=run");
});

test("the arrows go to measured steps, with shift further, and space plays and pauses", () => {
	const { timeline, atOf } = open("");
	timeline.register(
		{},
		"step",
		Array.from({ length: 101 }, (_, i) => i),
		"linear",
	);
	const press = (key: string, shift: boolean) =>
		timelineKeys(timeline)
			.find((binding) => binding.keys.includes(key) && (binding.shift ?? shift) === shift)!
			.run({ key } as KeyboardEvent);
	press("ArrowLeft", false);
	expect(atOf()).toEqual({ step: 99 });
	press("ArrowLeft", true);
	expect(atOf()).toEqual({ step: 89 });
	press("ArrowRight", false);
	expect(atOf()).toEqual({ step: 90 });
	let playing: string | undefined;
	timeline.subscribe((state) => {
		playing = state.playing;
	});
	press(" ", false);
	expect(playing).toBe("step");
	press(" ", false);
	expect(playing).toBeUndefined();
});

test("what stands in the address and is no number is no play-head", () => {
	expect(open("?at=soon&at=κ₀t:").atOf()).toEqual({});
});
