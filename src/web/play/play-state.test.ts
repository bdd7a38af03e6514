import { expect, test } from "vitest";
import { writeState } from "../shell/query-state.ts";
import { optionChange, parameters, presetChange, readPlay, teachingQuery } from "./play-state.ts";

const query = (text: string) => new URLSearchParams(text);

test("an address without a word is the first study as it begins, and cut or mistyped ones open too", () => {
	const { study, config, preset, step, hide } = readPlay(query(""));
	expect([study.name, preset, step, hide.size]).toEqual(["norm-growth", "", undefined, 0]);
	expect(config).toEqual(study.base);
	expect(readPlay(query("study=nothing&placement=up&layers=&step=x&device=abacus")).config).toEqual(
		study.base,
	);
});

test("the address holds the whole state: what is written is read again", () => {
	const text =
		"study=shortcuts&preset=vanilla&layers=8&learningRate=0.003&seed=4&device=wasm&step=40&axis=log&at=25&explain=1&hide=seed,heads";
	const view = readPlay(query(text));
	expect(view.config).toMatchObject({
		model: { layers: 8, placement: "none", residual: "none" },
		optimizer: { name: "adamw", learningRate: 0.003 },
		seed: 4,
	});
	expect(view).toMatchObject({ preset: "vanilla", device: "wasm", step: 40, axis: "log", explain: true });
	expect([...view.hide]).toEqual(["seed", "heads"]);
	const again = readPlay(writeState(parameters, { seed: "4" }, query(text)));
	expect(again).toEqual(view);
});

test("a change back to what it was leaves the address, and the pause with it", () => {
	const changed = writeState(
		parameters,
		optionChange(optionOf("", "placement"), "post"),
		query("step=9&at=3"),
	);
	expect(changed.toString()).toBe("placement=post");
	const back = writeState(parameters, optionChange(optionOf("placement=post", "placement"), "pre"), changed);
	expect(back.toString()).toBe("");
});

test("another preset takes back what presets decide, and keeps sizes and seeds", () => {
	const { study } = readPlay(query("study=shortcuts"));
	const next = writeState(
		parameters,
		presetChange(study, "sas"),
		query("study=shortcuts&mixing=plain&layers=8&seed=2&step=3"),
	);
	expect(next.toString()).toBe("study=shortcuts&layers=8&seed=2&preset=sas");
});

test("a teaching link is the state from its beginning, with what is hidden, and hides its own switches", () => {
	const link = teachingQuery(query("placement=post&step=30&at=4&hide=seed"), new Set(["seed", "optimizer"]));
	const { hide, step, config } = readPlay(link);
	expect([...hide].sort()).toEqual(["optimizer", "seed", "teaching"]);
	expect(step).toBeUndefined();
	expect(config).toMatchObject({ model: { placement: "post" } });
});

const optionOf = (text: string, id: string) =>
	readPlay(query(text)).options.find(({ control }) => control.id === id)!;
