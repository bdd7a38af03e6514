/** What the address remembers of a page's figures: their axis of steps, and where the play-heads stand. And their keys. */
import type { StepAxis } from "../../figure/axis.ts";
import type { Timeline } from "../chart/timeline.ts";
import type { Binding } from "./keyboard.ts";
import { choice, type Parameter, readState } from "./query-state.ts";
import type { Router } from "./router.ts";

/** Play-heads by the name of their clock: `at=400` of steps, `at=κ₀t:0.31` of another. */
const heads: Parameter<Readonly<Record<string, number>>> = {
	initial: {},
	read(texts) {
		const read = texts.map((text): [string, number] => {
			const [name, value] = text.includes(":") ? text.split(":") : ["step", text];
			return [name!, value?.trim() ? Number(value) : Number.NaN];
		});
		return Object.fromEntries(read.filter(([, at]) => Number.isFinite(at)));
	},
	write: (value) =>
		Object.entries(value).map(([name, at]) => {
			// Steps are whole, however many.
			return name === "step" ? String(Math.round(at)) : `${name}:${Number(at.toPrecision(6))}`;
		}),
};

export const figureParameters = {
	axis: choice<StepAxis>(["sqrt", "linear", "log"]),
	at: heads,
};

/** Puts the play-heads where the address says, and keeps the address to them. Returns how to end that. */
export function followTimeline(timeline: Timeline, router: Router): () => void {
	timeline.reset();
	for (const [name, at] of Object.entries(readState(figureParameters, router.place.query).at))
		timeline.move(name, at);
	return timeline.subscribe(({ clocks, playing }) => {
		// Before the first figure there is nothing to be told, and a moving play-head is no place to come back to.
		if (clocks.length === 0 || playing !== undefined) return;
		const standing = clocks.flatMap(({ name, head }) => (head === undefined ? [] : [[name, head] as const]));
		router.set(figureParameters, { at: Object.fromEntries(standing) });
	});
}

export const timelineKeys = (timeline: Timeline): Binding[] => [
	{ keys: [" "], name: "space", does: "play training time, or pause", run: () => timeline.toggle() },
	...([false, true] as const).map(
		(shift): Binding => ({
			keys: ["ArrowLeft", "ArrowRight"],
			shift,
			name: shift ? "shift ← →" : "← →",
			does: shift ? "move the play-head by a tenth" : "move the play-head by a hundredth, to a measured step",
			run: ({ key }) => timeline.nudge(key === "ArrowLeft" ? -1 : 1, shift),
		}),
	),
];
