/**
 * The paper's co-occurrence experiment in float64: a call of the field, gradient flow to t = 300, and 30,000 steps of
 * gradient descent, the steps against numpy on the same machine, alternating in one run. One thread of ours; numpy gets
 * the threads it is given, for its matrix products.
 *
 *     npm run bench:flow -- [--json] [--rounds 7] [--threads 1]
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { descent } from "../src/flow/descent.ts";
import { dormandPrince } from "../src/flow/dormand-prince.ts";
import { endOf } from "../src/flow/end.ts";
import { paperDescent } from "../src/study/co-occurrence/configurations.ts";
import { paperExperiment } from "./descent.ts";
import { startNumpy } from "./peer.ts";

const { values: options } = parseArgs({
	options: {
		json: { type: "boolean" },
		rounds: { type: "string", default: "7" },
		threads: { type: "string", default: "1" },
	},
});

const log = (text: string) => void process.stderr.write(`${text}\n`);
const median = (values: readonly number[]) =>
	[...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const sum = (values: readonly number[]) => values.reduce((total, x) => total + x, 0);

const { form, state, descent: problem } = paperExperiment();
const { rate, steps } = paperDescent;

/** Milliseconds of each of `count` steps of descent, and the loss after them. */
function ours(count: number): { ms: number[]; loss: number } {
	const ms: number[] = [];
	let last = state;
	let start = performance.now();
	for (const step of descent(form.field, state, { rate, steps: count })) {
		const now = performance.now();
		ms.push(now - start);
		last = step.after;
		start = performance.now();
	}
	return { ms, loss: form.observe(last).loss };
}

function timed<T>(work: () => T): { value: T; seconds: number } {
	const start = performance.now();
	const value = work();
	return { value, seconds: (performance.now() - start) / 1000 };
}

const out = new Float64Array(form.length);
const field = () => form.field(0, state, out);
for (let i = 0; i < 300; i++) field();
const fieldMs = median(Array.from({ length: 1000 }, () => 1000 * timed(field).seconds));
const flow = timed(() =>
	endOf(dormandPrince(form.field, state, { to: rate * steps, relativeTolerance: 1e-5 })),
);

const numpy = await startNumpy(Number(options.threads));
log(`${cpus()[0]!.model}, Node ${process.version}, ${numpy?.name ?? "numpy not found"}`);
log(`  ${form.length - 1} parameters; a call of the field ${fieldMs.toFixed(3)} ms`);
log(
	`  flow to t = ${rate * steps}: ${flow.seconds.toFixed(2)} s, ${flow.value.work.evaluations} calls, ` +
		`loss ${form.observe(flow.value.state).loss.toExponential(4)}`,
);

/** Medians of a step, in turn, so that a busy machine slows both. */
const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
const block = 1000;
await numpy?.steps(problem, 200);
for (let round = 0; round < Number(options.rounds); round++) {
	times.ours.push(...ours(block).ms);
	if (numpy) times.theirs.push(...(await numpy.steps(problem, block)));
}
const step = { ours: median(times.ours), theirs: numpy && median(times.theirs) };
const all = ours(steps);
const whole = { ours: sum(all.ms) / 1000, theirs: numpy && sum(await numpy.steps(problem, steps)) / 1000 };
numpy?.close();
const report = (work: string, { ours, theirs }: typeof step, unit: string, digits: number) =>
	log(
		`  ${work.padEnd(24)} ours ${ours.toFixed(digits)} ${unit}` +
			(theirs ? `   theirs ${theirs.toFixed(digits)} ${unit}   ratio ${(theirs / ours).toFixed(2)}` : ""),
	);
report("a step of descent", step, "ms", 3);
report(`${steps} steps`, whole, "s", 1);
log(`  loss after them ${all.loss.toExponential(4)}`);
if (options.json)
	process.stdout.write(
		`${JSON.stringify({ fieldMs, flowSeconds: flow.seconds, step, whole, loss: all.loss })}\n`,
	);
