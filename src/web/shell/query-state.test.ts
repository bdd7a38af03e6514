import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { choice, flag, list, number, readState, text, writeState } from "./query-state.ts";

const parameters = {
	filter: text(),
	keys: text("loss"),
	sort: choice(["changed", "loss"]),
	group: flag(true),
	at: number(),
	run: list(),
	shown: list(["a"]),
};

describe("a page's state in its address", () => {
	test("what was written is read again, whatever it is", () => {
		const words = fc.string();
		const paths = fc.uniqueArray(fc.string({ minLength: 1 }));
		const state = fc.record({
			filter: words,
			keys: words,
			sort: fc.constantFrom("changed" as const, "loss" as const),
			group: fc.boolean(),
			at: fc.option(
				fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) => !Object.is(x, -0)),
				{
					nil: undefined,
				},
			),
			run: paths,
			shown: paths,
		});
		fc.assert(
			fc.property(state, (wanted) => {
				const written = new URLSearchParams(writeState(parameters, wanted).toString());
				expect(readState(parameters, written)).toEqual(wanted);
			}),
		);
	});

	test("what stands at its initial value is not in the address", () => {
		const initial = readState(parameters, new URLSearchParams());
		expect(writeState(parameters, initial, new URLSearchParams("page=run")).toString()).toBe("page=run");
		const changed = writeState(parameters, { sort: "loss", group: false }, new URLSearchParams("filter=pre"));
		expect(changed.toString()).toBe("filter=pre&sort=loss&group=0");
		expect(writeState(parameters, { sort: "changed", group: undefined }, changed).toString()).toBe(
			"filter=pre",
		);
	});

	test("what cannot be read counts as not given", () => {
		const read = readState(
			parameters,
			new URLSearchParams("sort=upwards&group=maybe&at=soon&at=3&run=&run=b&run=b"),
		);
		expect(read).toMatchObject({ sort: "changed", group: true, at: undefined, run: ["b"], shown: ["a"] });
	});
});
