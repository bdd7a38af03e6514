/** The tables of a series' report: what was found and read, and every number by checkpoint and by tensor. */
import { byteSizes } from "../checkpoint/stored-type.ts";
import type { Row } from "../figure/figure.ts";
import type { Finding } from "../inspect/finding.ts";
import type { SeriesMeasure, TensorMeasure } from "../inspect/series-measure.ts";
import { version } from "../version.ts";
import { duration } from "./run-facts.ts";
import { mainScopes } from "./series-figures.ts";
import type { ReportTable } from "./table.ts";

/** `3.2 GB`. */
export const bytesName = (bytes: number): string => {
	const units = ["bytes", "kB", "MB", "GB", "TB"];
	const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
	return `${Number((bytes / 1000 ** power).toPrecision(3))} ${units[power]}`;
};

const sizeOf = ({ shape }: TensorMeasure) => shape.reduce((size, length) => size * length, 1);
const unique = <T>(list: readonly T[]): T[] => [...new Set(list)];
const last = (path: string) => path.replace(/\/+$/, "").split("/").slice(-2).join("/");

const marks = { error: "✗ error", warning: "! warning", note: "· note" };
export const findingsTable = (findings: readonly Finding[]): ReportTable => ({
	columns: ["", "Steps", "Where", "What"],
	rows: findings.map(({ severity, steps, subject, message }) => [
		marks[severity],
		steps.length > 6 ? `${steps.slice(0, 5).join(", ")} … ${steps.at(-1)}` : steps.join(", "),
		subject,
		message,
	]),
});

/** The series in a dozen lines. */
export function factsTable({ series, steps, tensors, bytes, seconds }: SeriesMeasure): ReportTable {
	const measures = tensors.flatMap(({ measures }) => measures.filter((measure) => measure !== undefined));
	const files = steps.map(
		(_, at) => unique(tensors.flatMap(({ measures }) => measures[at]?.file ?? [])).length,
	);
	const copies = tensors.filter(({ copyOf }) => copyOf !== undefined).length;
	const parameters = tensors.reduce((total, { copyOf, measures }) => {
		const measure = measures.findLast((candidate) => candidate !== undefined);
		return total + (copyOf === undefined && measure ? sizeOf(measure) : 0);
	}, 0);
	const kinds = unique(measures.map(({ file }) => (/\.safetensors$/.test(file) ? "safetensors" : "PyTorch")));
	const range = (values: readonly number[]) =>
		Math.min(...values) === Math.max(...values)
			? values[0]!
			: `${Math.min(...values)} to ${Math.max(...values)}`;
	const speed = seconds > 0 && bytes > 1e8 ? `, ${bytesName(bytes / seconds)}/s` : "";
	return {
		columns: ["Series", series.location],
		rows: [
			["checkpoints", `${steps.length}, steps ${steps[0]} to ${steps.at(-1)}`],
			[
				"stored as",
				`${kinds.join(", ")}; ${range(files)} ${Math.max(...files) === 1 ? "file" : "files"} a checkpoint`,
			],
			["types", unique(measures.map(({ dtype }) => `${dtype} (${8 * byteSizes[dtype]} bits)`)).join(", ")],
			["parameters", `${parameters.toLocaleString("en")} in ${tensors.length - copies} tensors`],
			...(copies > 0 ? [["stored twice", `${copies} tensors, counted once`]] : []),
			["read", `${bytesName(bytes)} in ${duration(seconds)}${speed}`],
			["measured by", `Orrery ${version}`],
		],
	};
}

/** One line a checkpoint. */
export function checkpointsTable(
	{ series, steps, tensors }: SeriesMeasure,
	rows: readonly Row[],
): ReportTable {
	const scopes = unique([...mainScopes(rows), "all"]);
	const [main] = scopes;
	const direction = main === "all" ? "dyn/direction" : `dyn/direction.${main}`;
	const places = new Map(series.entries.map(({ step, location }) => [step, location]));
	const number = (value: unknown) => (typeof value === "number" ? value : undefined);
	return {
		summary: `${steps.length} checkpoints`,
		columns: [
			"step",
			"files",
			"types",
			...scopes.map((scope) => `‖θ‖ ${scope}`),
			`cosine to the one before, ${main}`,
			`to the first, ${main}`,
			"at",
		],
		rows: steps.map((step, at) => {
			const measures = tensors.flatMap(({ measures }) => measures[at] ?? []);
			return [
				step,
				unique(measures.map(({ file }) => file)).length,
				unique(measures.map(({ dtype }) => dtype)).join(", "),
				...scopes.map((scope) => number(rows[at]?.[`dyn/norm.${scope}`])),
				number(rows[at]?.[`${direction}.previous`]),
				number(rows[at]?.[`${direction}.initial`]),
				last(places.get(step) ?? ""),
			];
		}),
	};
}

/** One line a tensor, as it was first and last. */
export function tensorsTable({ tensors }: SeriesMeasure): ReportTable {
	return {
		summary: `${tensors.length} tensors`,
		columns: [
			"tensor",
			"belongs to",
			"type",
			"shape",
			"norm, first",
			"norm, last",
			"stable rank, last",
			"‖W‖₂, last",
		],
		rows: tensors.map(({ name, role: { stack, layer, module }, copyOf, measures }) => {
			const there = measures.filter((measure) => measure !== undefined);
			const [first, end] = [there[0], there.at(-1)];
			const place = [stack, layer === undefined ? undefined : `layer ${layer + 1}`, module];
			return [
				name,
				copyOf === undefined ? place.filter((part) => part !== undefined).join(", ") : `copy of ${copyOf}`,
				end?.dtype,
				end && (end.shape.join(" × ") || "scalar"),
				first && Math.sqrt(first.squared),
				end && Math.sqrt(end.squared),
				end?.spectrum?.stableRank,
				end?.spectrum?.norm,
			];
		}),
	};
}

export const ignoredTable = ({ ignored }: SeriesMeasure): ReportTable => ({
	summary: `${ignored.length} left aside, and why`,
	columns: ["what", "why"],
	rows: ignored.map(({ path, reason }) => [path, reason]),
});
