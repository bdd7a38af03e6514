/**
 * A full training step (forward, backward, AdamW) against PyTorch on the same machine, alternating in one run; and
 * against jax-js and tfjs on WebAssembly at the sizes that they can hold.
 *
 *     npm run bench:step -- [--json] [--only 0.14M,0.8M] [--rounds 7] [--threads 2] [--profile] [--no-wasm]
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { openEngine } from "../src/engine/engine.ts";
import { startTfjs, startTorch } from "./peer.ts";
import { type Size, sizes } from "./sizes.ts";
import { trainingStep } from "./training-step.ts";

const { values: options } = parseArgs({
	options: {
		json: { type: "boolean" },
		only: { type: "string" },
		rounds: { type: "string", default: "7" },
		threads: { type: "string", default: String(cpus().length) },
		profile: { type: "boolean" },
		"no-wasm": { type: "boolean" },
	},
});

interface Row {
	readonly work: string;
	readonly peer: string;
	/** Milliseconds a step, medians; ratio = theirs / ours. */
	readonly ours: number;
	readonly theirs: number;
	readonly ratio: number;
}

/** Milliseconds of each of n steps. */
type Steps = (n: number) => Promise<number[]>;

const log = (text: string) => void process.stderr.write(`${text}\n`);
const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const timed =
	(step: () => Promise<unknown>): Steps =>
	async (n) => {
		const times: number[] = [];
		for (let i = 0; i < n; i++) {
			const start = performance.now();
			await step();
			times.push(performance.now() - start);
		}
		return times;
	};

/** Medians of both, each making about `milliseconds` of its own steps a round, in turn. */
async function alternate(ours: Steps, theirs: Steps, rounds: number, milliseconds = 700) {
	const times: [number[], number[]] = [[], []];
	const counts: number[] = [];
	for (const side of [ours, theirs]) {
		await side(3);
		counts.push(Math.max(1, Math.min(60, Math.round(milliseconds / median(await side(2))))));
	}
	for (let round = 0; round < rounds; round++) {
		times[0].push(...(await ours(counts[0])));
		times[1].push(...(await theirs(counts[1])));
	}
	return { ours: median(times[0]), theirs: median(times[1]) };
}

const rows: Row[] = [];
function report(work: string, peer: string, { ours, theirs }: { ours: number; theirs: number }): void {
	rows.push({ work, peer, ours, theirs, ratio: theirs / ours });
	log(
		`  ${peer.padEnd(24)} ours ${ours.toFixed(2).padStart(9)} ms   theirs ${theirs.toFixed(2).padStart(9)} ms   ratio ${(theirs / ours).toFixed(2)}`,
	);
}

const threads = Number(options.threads);
const rounds = Number(options.rounds);
const engine = await openEngine({ device: "cpu", threads });
const torch = await startTorch(threads);
log(`${cpus()[0].model}, ${threads} threads, Node ${process.version}, ${torch?.name ?? "PyTorch not found"}`);

for (const size of sizes.filter((s) => !options.only || options.only.split(",").includes(s.work))) {
	const native = await trainingStep(engine, size);
	const { info } = native;
	log(
		`${size.work}: ${native.parameters} parameters; ${info.equations} equations traced, ${info.nodes} graph nodes; ` +
			`trace ${info.traceMs.toFixed(0)} + lower ${info.lowerMs.toFixed(0)} + session ${info.sessionMs.toFixed(0)} ms`,
	);
	const ours = timed(native.step);
	if (torch) report(size.work, torch.name, await alternate(ours, (n) => torch.steps(size, n), rounds));
	log(`  peak memory of this process so far ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
	if (options.profile) await printProfile(native.profile);
	if (!options["no-wasm"] && native.parameters < 1e6) await compareWasm(size, ours);
	native.dispose();
}
torch?.close();
if (options.json) process.stdout.write(`${JSON.stringify(rows)}\n`);

/** The WebAssembly peers, few steps each: they take up to a second a step. */
async function compareWasm(size: Size, ours: Steps): Promise<void> {
	const jax = await trainingStep(await openEngine({ device: "wasm" }), size);
	report(size.work, "jax-js, WebAssembly", await alternate(ours, timed(jax.step), 2));
	jax.dispose();
	const tfjs = await startTfjs();
	if (!tfjs) return log("  tfjs is not installed: npm --prefix bench ci");
	report(size.work, tfjs.name, await alternate(ours, (n) => tfjs.steps(size, n), 2));
	tfjs.close();
}

async function printProfile(
	profile: () => Promise<{ operator: string; calls: number; milliseconds: number }[]>,
): Promise<void> {
	await profile();
	const table = await profile();
	const total = table.reduce((sum, r) => sum + r.milliseconds, 0);
	const percent = (ms: number) => `${((100 * ms) / total).toFixed(1).padStart(5)} %`;
	for (const r of table.slice(0, 24))
		log(
			`    ${r.operator.padEnd(24)} ${String(r.calls).padStart(5)} ${r.milliseconds.toFixed(2).padStart(9)} ms ${percent(r.milliseconds)}`,
		);
	const products = table
		.filter((r) => /Gemm|MatMul/.test(r.operator))
		.reduce((sum, r) => sum + r.milliseconds, 0);
	log(`    in operators ${total.toFixed(2)} ms, of which matrix products ${percent(products).trim()}`);
}
