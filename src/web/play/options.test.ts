import { expect, test } from "vitest";
import { modelConfig } from "../../model/config.ts";
import { checkRunConfig } from "../../run/config.ts";
import { parseFlowConfig } from "../../run/flow/config.ts";
import { type Control, configure, type JsonObject, optionsOf, schemaAt } from "./options.ts";
import { parameters, readPlay, schemaOf } from "./play-state.ts";
import { trainingSchema } from "./schemas.ts";
import { studies } from "./studies/studies.ts";

const at = (id: string, path: string, rest: Partial<Control> = {}): Control => ({
	id,
	label: id,
	path,
	group: "Architecture",
	...rest,
});
const controls = [
	at("placement", "model.placement"),
	at("mixing", "model.mixing"),
	at("gamma", "model.mixing.gamma"),
	at("residual", "model.residual", { extra: { normalised: { normalised: 0.98 } } }),
	at("parallel", "model.parallel"),
	at("optimizer", "optimizer"),
	at("learningRate", "optimizer.learningRate"),
	at("weightDecay", "optimizer.weightDecay"),
];
const base: JsonObject = {
	model: { mixing: { name: "e-spa", gamma: 0.1 } },
	optimizer: { name: "adamw", weightDecay: 0.5 },
};
const shown = (changes: Record<string, string>) => {
	const config = configure(trainingSchema, controls, base, changes);
	const options = optionsOf(trainingSchema, controls, base, config);
	return {
		config,
		values: Object.fromEntries(options.map(({ control, value }) => [control.id, value])),
		options,
	};
};

test("without a change options stand where the configuration puts them, and else at the schema's defaults", () => {
	const { config, values } = shown({});
	expect(config).toEqual(base);
	expect(values).toEqual({
		placement: "pre",
		mixing: "e-spa",
		gamma: "0.1",
		residual: "sum",
		parallel: "false",
		optimizer: "adamw",
		learningRate: "0.001",
		weightDecay: "0.5",
	});
});

test("another shape brings its own options and defaults; a shape chosen anew keeps its numbers", () => {
	expect(shown({ mixing: "u-spa", optimizer: "sgd" }).config).toEqual({
		model: { mixing: { name: "u-spa" } },
		optimizer: { name: "sgd" },
	});
	const { values } = shown({ mixing: "u-spa", optimizer: "sgd" });
	expect(values).toMatchObject({ mixing: "u-spa", learningRate: "0.1", weightDecay: "0" });
	expect(values).not.toHaveProperty("gamma");
	expect(shown({ mixing: "e-spa", gamma: "0.5" }).config["model"]).toEqual({
		mixing: { name: "e-spa", gamma: 0.5 },
	});
	// A number of a shape that is not chosen is left out.
	expect(shown({ mixing: "plain", gamma: "0.5" }).config["model"]).toEqual({ mixing: { name: "plain" } });
});

test("what an option cannot be leaves it as it is", () => {
	expect(
		shown({ placement: "sideways", learningRate: "fast", parallel: "maybe", optimizer: "magic" }).config,
	).toEqual(base);
	expect(shown({ parallel: "true", residual: "normalised" }).config["model"]).toMatchObject({
		parallel: true,
		residual: { normalised: 0.98 },
	});
});

test("a control says what the schema says: words, meaning, ends", () => {
	const { options } = shown({});
	const placement = options.find(({ control }) => control.id === "placement")!;
	expect(placement.kind).toEqual({ kind: "choice", names: ["pre", "post", "res-post", "none"] });
	expect(placement.about).toContain("Where normalisation stands");
	const gamma = options.find(({ control }) => control.id === "gamma")!;
	expect(gamma.kind).toMatchObject({ kind: "number", isWhole: false, least: 0, most: 100 });
});

test("every control of every study has a place in the schema, its stops are in range, and its id is no other parameter", () => {
	for (const study of studies) {
		const ids = study.controls.map(({ id }) => id);
		expect(new Set(ids).size, study.name).toBe(ids.length);
		for (const id of ids)
			expect([
				"study",
				"preset",
				"device",
				"text",
				"step",
				"axis",
				"at",
				"explain",
				"hide",
				"page",
			]).not.toContain(id);
		for (const control of study.controls) {
			expect(parameters).toHaveProperty(control.id);
			const places = [
				readPlay(new URLSearchParams({ study: study.name })).config,
				...configsWith(study.name),
			];
			const found = places.map((config) => schemaAt(schemaOf(study), control.path, config)).find(Boolean);
			expect(found, control.path).toBeDefined();
			for (const stop of control.stops ?? []) {
				expect(stop).toBeGreaterThanOrEqual(found!.minimum ?? Number.NEGATIVE_INFINITY);
				expect(stop).toBeLessThanOrEqual(found!.maximum ?? Number.POSITIVE_INFINITY);
			}
		}
	}
});

/** The study with each word of each of its choices. */
const configsWith = (study: string): JsonObject[] =>
	readPlay(new URLSearchParams({ study })).options.flatMap(({ control, kind }) =>
		kind.kind === "choice"
			? kind.names.map((name) => readPlay(new URLSearchParams({ study, [control.id]: name })).config)
			: [],
	);

test("what studies and presets begin with passes the checks of the command line", () => {
	for (const study of studies)
		for (const preset of study.presets.length > 0 ? study.presets.map(({ name }) => name) : [""]) {
			const { config } = readPlay(new URLSearchParams({ study: study.name, preset }));
			if (study.kind === "flow") parseFlowConfig(config);
			else {
				checkRunConfig(config);
				modelConfig.parse({ ...(config["model"] as object), vocabulary: 82 });
			}
		}
});
