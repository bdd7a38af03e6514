/**
 * A study on another text: Penn Treebank, say, which may not be shipped.
 *
 * A folder of three files is found by their names: `ptb.train.txt`, `ptb.valid.txt`, `ptb.test.txt`, or any others of
 * which one name holds `train`, one `valid` or `dev`, and one `test`.
 */
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { asUserError } from "../checkpoint/disk.ts";
import { sequencesOf } from "../data/lines.ts";
import { readTexts } from "../data/text.ts";
import { UserError } from "../error.ts";
import { isFlow, type RunOptions } from "../run/config.ts";
import type { Preset } from "./study.ts";

interface TextFiles {
	readonly train: string;
	readonly validation: string;
	readonly test: string;
}

/** The files of a text in `folder`. Throws a `UserError` that says which is missing, or which names compete. */
export async function findText(folder: string): Promise<TextFiles> {
	const names = (
		await readdir(folder).catch((error) => {
			throw asUserError(error, folder);
		})
	).filter((name) => !name.startsWith(".") && /\.(txt|tokens|raw)(\.gz)?$/.test(name));
	const find = (split: string, pattern: RegExp): string => {
		const found = names.filter((name) => pattern.test(name));
		if (found.length === 1) return resolve(join(folder, found[0]!));
		throw new UserError(
			`Expected \`${folder}\` to hold one ${split} text (a .txt or .tokens file with ${pattern.source.replaceAll("|", " or ")} ` +
				`in its name), got ${found.length > 1 ? found.join(", ") : names.join(", ") || "no texts"}. ` +
				"Rename the files, or put only these three into the folder.",
		);
	};
	return {
		train: find("training", /train/),
		validation: find("validation", /valid|dev/),
		test: find("test", /test/),
	};
}

/**
 * The preset with its trainings on the text of `folder` in the place of WikiText-2. With the layout `lines`, sequences
 * become as long as the longest line, if the preset's are longer (Penn Treebank needs 82, WikiText-2 699), and a run
 * goes through the new text as many times as through WikiText-2.
 * Throws a `UserError` if nothing in the preset is trained on WikiText-2.
 */
export async function withText(preset: Preset, folder: string): Promise<Preset> {
	if (!trainsOnText(preset))
		throw new UserError(
			"Expected a text to be given to a study that trains language models, got one that does not. Leave out --text.",
		);
	const source = await findText(folder);
	const { splits } = await readTexts(source);
	const lines = [...splits.values()].flatMap(sequencesOf);
	// A text has more lines than a call may have arguments.
	const longest = lines.reduce((most, line) => Math.max(most, line.split(/\s+/).length - 1), 0);
	const wikitext = await readTexts("wikitext-2");
	const [theirs, ours] = [wikitext.splits, splits].map(
		(texts) => sequencesOf(texts.get("train")!).length,
	) as [number, number];
	const change = <C extends Pick<RunOptions, "data" | "model" | "training">>(config: C): C => {
		if (!isOnText(config)) return config;
		const { model, training } = config;
		const changed = { ...config, data: { ...config.data, source } };
		if (config.data?.layout !== "lines") return changed;
		// The last batch of an epoch is dropped.
		const stepsPerEpoch = (lines: number) => Math.max(1, Math.floor(lines / training.batch));
		const steps = Math.round((training.steps * stepsPerEpoch(ours)) / stepsPerEpoch(theirs));
		return {
			...changed,
			model: { ...model, context: Math.min(model.context, longest) },
			training: { ...training, steps },
		};
	};
	return {
		...preset,
		experiments: preset.experiments.map((experiment) => {
			if (experiment.kind === "training") return { ...experiment, config: change(experiment.config) };
			if (experiment.kind !== "sweep") return experiment;
			const { base } = experiment.plan;
			return isFlow(base) ? experiment : { ...experiment, plan: { ...experiment.plan, base: change(base) } };
		}),
	};
}

const isOnText = ({ data }: Pick<RunOptions, "data">): boolean =>
	(data?.source ?? "wikitext-2") === "wikitext-2";

const trainsOnText = ({ experiments }: Preset): boolean =>
	experiments.some((experiment) => {
		if (experiment.kind === "training") return isOnText(experiment.config);
		if (experiment.kind !== "sweep") return false;
		const { base } = experiment.plan;
		return !isFlow(base) && isOnText(base);
	});
