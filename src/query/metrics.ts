/**
 * The metrics of any runs, thinned in DuckDB to what a chart can show.
 *
 * The steps of a run are cut into buckets of even width on the asked axis. A bucket keeps the first value of a key, its
 * smallest and its largest, so a spike of one step is still drawn. Keys of layers (`dyn/norm.layer.0`, `.1`, …; tensors
 * `param/blocks.0.attn.q.weight.norm`, `.1.`, …) are thinned as one and keep the same steps: they are the rows of one
 * picture. A bucket of theirs keeps the two steps at which any of them departs furthest, up and down, from its own mean
 * there, measured in what is usual for it. Where all values of a key fit, all are kept.
 */
import { UserError } from "../error.ts";
import { withDatabase } from "./database.ts";
import { chosenKeys, keysOf, metricsFiles } from "./metrics-files.ts";
import type { MetricsAnswer, MetricsQuery, StepAxis } from "./metrics-query.ts";
import { reading, selectValues, sourcesOf } from "./sources.ts";

/** No answer holds more values: fewer points of each key where there are many keys and runs. */
const mostValues = 100_000;
const fewestPoints = 4;

/**
 * The rows of each run by rising step, the runs in the order asked for; `run` of a row is the entry's path. A run that has
 * measured nothing yet has no rows. Throws a `UserError` that names what is wrong with the question, the path where
 * nothing is, or the file that cannot be read.
 */
export async function queryMetrics(root: string, query: MetricsQuery): Promise<MetricsAnswer> {
	checkQuery(query);
	const files = await metricsFiles(root, query.runs);
	return withDatabase(async (connection) => {
		const chosen = await chosenKeys(connection, files, query.keys);
		const keys = [...new Set(chosen.flat())].sort();
		const points = pointsOf(query, files.length * keys.length);
		const rows = new Map(files.map(({ run }) => [run, new Map<number, MutableRow>()]));
		let [values, kept] = [0, 0];
		for (const source of sourcesOf(files, chosen)) {
			const at = source.keys.map((key) => keys.indexOf(key));
			const names = [...new Set(source.keys.map(familyOf))];
			const families = source.keys.map((key) => names.indexOf(familyOf(key)));
			await connection.run("DROP TABLE IF EXISTS long");
			await reading(connection, source.files, () =>
				connection.run(`CREATE TEMP TABLE long AS ${selectValues(source, families, query)}`),
			);
			const [[some]] = (await connection.runAndReadAll("SELECT count(*) FROM long")).getRowsJS() as [
				[bigint],
			];
			values += Number(some);
			if (some === 0n) continue;
			const reader = await connection.stream(
				thinned(points, query.axis ?? "sqrt", names.length < families.length),
			);
			for await (const chunk of reader.yieldRowsJs()) {
				kept += chunk.length;
				for (const [file, step, key, value] of chunk as [number, number, number, number][]) {
					const { run } = source.files[file]!;
					const ofRun = rows.get(run)!;
					const row = ofRun.get(step) ?? { run, step };
					row[keys[at[key]!]!] = value;
					ofRun.set(step, row);
				}
			}
		}
		return {
			rows: [...rows.values()].flatMap((ofRun) => [...ofRun.values()].sort((x, y) => x.step - y.step)),
			keys,
			sampled: kept < values,
		};
	});
}

interface MutableRow {
	run: string;
	step: number;
	[key: string]: string | number;
}

/** All keys of the metrics of the runs, sorted, without `step`. */
export async function listKeys(root: string, runs: readonly string[]): Promise<string[]> {
	const files = await metricsFiles(root, runs);
	const keys = await withDatabase((connection) => keysOf(connection, files));
	return [...new Set(keys.flatMap((of) => [...of]))].sort();
}

function checkQuery({ runs, keys, points, axis, from, to }: MetricsQuery): void {
	const expect = (holds: boolean, what: string, got: unknown) => {
		if (!holds) throw new UserError(`Expected ${what}, got ${JSON.stringify(got) ?? "nothing"}.`);
	};
	expect(runs.length > 0, "`runs` to name at least one run", runs);
	expect(keys.length > 0, "`keys` to name at least one key, or a glob such as dyn/norm.*", keys);
	expect(
		points === undefined || (Number.isInteger(points) && points >= fewestPoints),
		`\`points\` to be a whole number of at least ${fewestPoints}`,
		points,
	);
	expect(
		axis === undefined || ["linear", "log", "sqrt"].includes(axis),
		"`axis` to be linear, log or sqrt",
		axis,
	);
	for (const [name, step] of Object.entries({ from, to }))
		expect(step === undefined || Number.isFinite(step), `\`${name}\` to be a step`, step);
}

function pointsOf({ points = 600 }: MetricsQuery, series: number): number {
	if (series > mostValues)
		throw new UserError(
			`Expected a question about at most ${mostValues} keys of runs together, got ${series}. Ask for fewer runs or keys.`,
		);
	return Math.max(fewestPoints, Math.min(points, Math.floor(mostValues / Math.max(1, series))));
}

/** Where a step lies on an axis. Step 0 has no place on a logarithmic one, and shares that of step 1. */
const place: Readonly<Record<StepAxis, (step: string) => string>> = {
	linear: (step) => step,
	log: (step) => `ln(greatest(${step}, 1))`,
	sqrt: (step) => `sqrt(greatest(${step}, 0))`,
};

/** Keys that are thinned as one: those of the layers of one quantity. */
const familyOf = (key: string): string => key.replace(/\.\d+(?=\.|$)/, ".");

/** How far each value is from the mean of its bucket, in the key's own root mean square of that. */
const departures =
	"(SELECT *, departure / nullif(sqrt(avg(departure * departure) OVER (PARTITION BY run, key)), 0) AS height " +
	"FROM (SELECT *, value - avg(value) OVER (PARTITION BY run, key, bucket) AS departure FROM placed))";

/** From the table `long`: run, step, key, value; of each family at most `points` steps. */
function thinned(points: number, axis: StepAxis, hasLayers: boolean): string {
	const size = hasLayers ? "count(DISTINCT step)" : "count(*)";
	const buckets = Math.floor((points - 1) / 3);
	const at = place[axis];
	return `WITH sizes AS (SELECT run, family, ${size} AS n, min(step) AS lo, max(step) AS hi FROM long GROUP BY run, family),
ends AS (SELECT run, min(lo) AS lo, max(hi) AS hi FROM sizes GROUP BY run),
crowded AS (SELECT run, family, ${at("ends.lo")} AS low, ${at("ends.hi")} - ${at("ends.lo")} AS span, sizes.hi AS last
	FROM sizes JOIN ends USING (run) WHERE n > ${points}),
placed AS (SELECT run, family, key, step, value,
		least(${buckets - 1}, floor(${buckets} * (${at("step")} - low) / nullif(span, 0))) AS bucket
	FROM long JOIN crowded USING (run, family)),
kept AS (
	SELECT run, family, unnest([min(step), arg_min(step, height), arg_max(step, height)]) AS step
	FROM ${hasLayers ? departures : "(SELECT *, value AS height FROM placed)"}
	GROUP BY run, family, bucket
	UNION SELECT run, family, last FROM crowded)
SELECT run, step::DOUBLE, key, value FROM long ANTI JOIN crowded USING (run, family)
UNION ALL SELECT run, step::DOUBLE, key, value FROM long SEMI JOIN kept USING (run, family, step)`;
}
