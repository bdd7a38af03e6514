/**
 * Norms and cosines of a series of checkpoints, eight of float32 with 1 GB together, read from a warm page cache: ours, and
 * numpy and PyTorch on the same files, alternating in one run. The peers run on as many threads as they are given.
 *
 *     npm run bench:inspect -- [--json] [--rounds 7] [--threads 2] [--gigabytes 1] [--folder <where to write the series>]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type TensorSource, writeSafetensors } from "../src/checkpoint/safetensors.ts";
import type { Series } from "../src/checkpoint/series.ts";
import { sizeOf } from "../src/engine/values.ts";
import { measureSeries } from "../src/inspect/measure-series.ts";
import { seriesRows } from "../src/inspect/series-rows.ts";
import { modelConfig } from "../src/model/config.ts";
import { parameterSpecs } from "../src/model/parameters.ts";
import { type Reading, startNorms } from "./peer.ts";

const { values: options } = parseArgs({
	options: {
		json: { type: "boolean" },
		rounds: { type: "string", default: "7" },
		threads: { type: "string", default: "2" },
		gigabytes: { type: "string", default: "1" },
		folder: { type: "string", default: tmpdir() },
	},
});

const log = (text: string) => void process.stderr.write(`${text}\n`);
const median = (values: readonly number[]) =>
	[...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);

const checkpoints = 8;
const folder = mkdtempSync(join(options.folder, "orrery-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

/** Blocks of width 768 until a checkpoint has its share of the bytes. Values wander by a hundredth a checkpoint. */
async function writeSeries(): Promise<Series> {
	const parameters = (Number(options.gigabytes) * 1e9) / 4 / checkpoints;
	const block = 12 * 768 ** 2;
	const layers = Math.max(1, Math.round((parameters - 5000 * 768) / block));
	const specs = parameterSpecs(
		modelConfig.parse({ vocabulary: 5000, context: 256, layers, heads: 12, width: 768, feedForward: 3072 }),
	);
	const entries = [];
	for (let step = 0; step < checkpoints; step++) {
		const tensors = Object.entries(specs).map(([name, { shape }], k): [string, TensorSource] => [
			name,
			{ shape, dtype: "float32", read: async () => wandering(sizeOf(shape), k, step) },
		]);
		const location = join(folder, `step-${step}.safetensors`);
		await writeSafetensors(location, Object.fromEntries(tensors));
		entries.push({ step, location });
	}
	return { location: folder, entries, ignored: [] };
}

function wandering(length: number, tensor: number, step: number): Float32Array {
	const values = new Float32Array(length);
	for (let k = 0; k <= step; k++) {
		const scale = k === 0 ? 0.05 : 0.0005;
		let state = 7919 * tensor + 104_729 * k + 1;
		for (let i = 0; i < length; i++) {
			state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
			values[i]! += scale * (state / 2 ** 32 - 0.5);
		}
	}
	return values;
}

log(`${cpus()[0]!.model}, ${cpus().length} cores, Node ${process.version}`);
const series = await writeSeries();
const paths = series.entries.map(({ location }) => location);

interface Contestant {
	readonly name: string;
	readonly seconds: number[];
	/** Seconds, ‖θ‖ of the last checkpoint, and 1 − its cosine to the first. */
	run(): Promise<{ seconds: number; norm: number; turned: number }>;
}

let bytes = 0;
let largest = 0;
const ours: Contestant = {
	name: "orrery, float64 sums",
	seconds: [],
	async run() {
		const start = performance.now();
		const measure = await measureSeries(series, {
			onProgress: () => {
				largest = Math.max(largest, process.memoryUsage.rss());
			},
		});
		const row = seriesRows(measure, "bench").at(-1)!;
		const seconds = (performance.now() - start) / 1000;
		bytes = measure.bytes;
		const [norm, cosine] = [row["dyn/norm.all"], row["dyn/direction.initial"]] as [number, number];
		return { seconds, norm, turned: 1 - cosine };
	},
};
const contestants = [ours];
for (const library of ["numpy", "torch"] as const) {
	const peer = await startNorms(library, Number(options.threads));
	if (!peer) log(`  no Python with ${library} here`);
	if (peer) process.on("exit", peer.close);
	for (const precision of peer ? (["float32", "float64"] as const) : [])
		contestants.push({
			name: `${peer!.name}, ${precision}`,
			seconds: [],
			async run() {
				const reading: Reading = { paths, precision };
				const { ms, result } = await peer!.ask(reading, 1);
				return { seconds: ms[0]! / 1000, norm: result![0]!, turned: result![1]! };
			},
		});
}

// The first round warms the cache, and tells what each computed.
const exact = await ours.run();
const answers = [exact];
for (const contestant of contestants.slice(1)) answers.push(await contestant.run());
for (let round = 0; round < Number(options.rounds); round++)
	for (const contestant of contestants) contestant.seconds.push((await contestant.run()).seconds);

const results = contestants.map(({ name, seconds }, i) => ({
	name,
	seconds: median(seconds),
	gigabytesPerSecond: bytes / 1e9 / median(seconds),
	timesOurs: median(seconds.map((theirs, round) => theirs / ours.seconds[round]!)),
	normError: Math.abs(answers[i]!.norm / exact.norm - 1),
	turnError: Math.abs(answers[i]!.turned / exact.turned - 1),
}));
log(
	`  ${checkpoints} checkpoints, ${(bytes / 1e9).toFixed(2)} GB; medians of ${options.rounds} rounds, alternating`,
);
log(
	`  ${"".padEnd(44)}    GB/s   time / ours   off by: norm   1 − cos to the first (${exact.turned.toExponential(2)})`,
);
for (const { name, gigabytesPerSecond, timesOurs, normError, turnError } of results)
	log(
		`  ${name.padEnd(44)}${gigabytesPerSecond.toFixed(2).padStart(8)}${timesOurs.toFixed(2).padStart(14)}` +
			`${normError.toExponential(0).padStart(15)}${turnError.toExponential(0).padStart(10)}`,
	);
log(`  resident memory of this process while measuring: at most ${megabytes(largest)} MiB`);
if (options.json)
	process.stdout.write(`${JSON.stringify({ bytes, results, memoryMiB: megabytes(largest) })}\n`);
process.exit(0);
