import { expect, test } from "vitest";
import { filterTensors, tensorQuery } from "./tensor-filter.ts";

const keys = [
	"dyn/norm.all",
	"grad/norm",
	"param/embed.weight.norm",
	"param/blocks.0.attn.q.weight.norm",
	"param/blocks.1.attn.q.weight.norm",
	"param/blocks.1.ff.w1.weight.norm",
	"grad/blocks.0.attn.q.weight.norm",
];

test.each([
	["param/*", keys.slice(2, 6)],
	["attn.q", [keys[3], keys[4], keys[6]]],
	["blocks.1.*", [keys[4], keys[5]]],
	["blocks.1.attn.q.weight", [keys[4]]],
	["blocks.?.ff.w1.weight*, embed*", [keys[2], keys[5]]],
	["grad/*", [keys[6]]],
	["", []],
	["nothing", []],
])("the filter %j lets through what it names", (typed, expected) => {
	expect(filterTensors(keys, typed)).toEqual(expected);
});

test("a question stays short, and its answer too", () => {
	const many = Array.from({ length: 900 }, (_, i) => `param/blocks.${i}.attn.q.weight.norm`);
	const { keys: asked, points } = tensorQuery(many.toReversed());
	expect(asked).toEqual(many.slice(0, 48));
	expect(points * asked.length).toBeLessThanOrEqual(40_000);
	expect(tensorQuery(keys).keys).toHaveLength(keys.length);
});
