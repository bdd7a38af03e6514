/**
 * A full training step (forward, backward, AdamW) against PyTorch on the same machine, alternating in one run.
 *
 *     npm run bench:step -- [--json] [--only 0.14M,0.8M] [--rounds 7] [--profile]
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { openEngine } from "../src/engine/engine.ts";
import { type Size, sizes } from "./sizes.ts";
import { startTorch, type Torch } from "./torch.ts";
import { type TrainingStep, trainingStep } from "./training-step.ts";

const { values: options } = parseArgs({
	options: {
		json: { type: "boolean" },
		only: { type: "string" },
		rounds: { type: "string", default: "7" },
		threads: { type: "string", default: String(cpus().length) },
		profile: { type: "boolean" },
	},
});
const log = (text: string) => void process.stderr.write(`${text}\n`);
const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Medians over alternating rounds: each side makes about a second of steps, in turn. */
async function compare(size: Size, ours: TrainingStep, torch: Torch | undefined, rounds: number) {
	const times: { ours: number[]; torch: number[] } = { ours: [], torch: [] };
	const timed = async (n: number) => {
		for (let i = 0; i < n; i++) {
			const start = performance.now();
			await ours.step();
			times.ours.push(performance.now() - start);
		}
	};
	await timed(3);
	const count = Math.max(1, Math.min(60, Math.round(700 / median(times.ours))));
	times.ours = [];
	await torch?.steps(size, 1);
	for (let round = 0; round < rounds; round++) {
		await timed(count);
		if (torch) times.torch.push(...(await torch.steps(size, count)));
	}
	return { ours: median(times.ours), torch: torch ? median(times.torch) : Number.NaN };
}

const threads = Number(options.threads);
const engine = await openEngine({ device: "cpu", threads });
const torch = await startTorch(threads);
log(
	`${cpus()[0].model}, ${threads} threads, Node ${process.version}, PyTorch ${torch?.version ?? "not found"}`,
);
const rows: { work: string; peer: string; ours: number; theirs: number; ratio: number }[] = [];
for (const size of sizes.filter((s) => !options.only || options.only.split(",").includes(s.work))) {
	const before = process.memoryUsage().rss;
	const ours = await trainingStep(engine, size);
	const { info, parameters } = ours;
	const result = await compare(size, ours, torch, Number(options.rounds));
	const peak = process.resourceUsage().maxRSS / 1024;
	log(
		`${size.work}: ${parameters} parameters, ${info.equations} equations, ${info.nodes} nodes; trace ${info.traceMs.toFixed(0)} + ` +
			`lower ${info.lowerMs.toFixed(0)} + session ${info.sessionMs.toFixed(0)} ms; peak ${peak.toFixed(0)} MiB (${(before / 2 ** 20).toFixed(0)} before)`,
	);
	log(
		`  ours ${result.ours.toFixed(2)} ms, PyTorch ${result.torch.toFixed(2)} ms, ratio ${(result.torch / result.ours).toFixed(2)}`,
	);
	rows.push({
		work: size.work,
		peer: `PyTorch ${torch?.version}`,
		ours: result.ours,
		theirs: result.torch,
		ratio: result.torch / result.ours,
	});
	if (options.profile) {
		await ours.profile();
		const profile = await ours.profile();
		const total = profile.reduce((sum, r) => sum + r.milliseconds, 0);
		for (const r of profile.slice(0, 24))
			log(
				`    ${r.operator.padEnd(24)} ${String(r.calls).padStart(5)} ${r.milliseconds.toFixed(2).padStart(9)} ms ${((100 * r.milliseconds) / total).toFixed(1).padStart(5)} %`,
			);
		log(`    total in operators ${total.toFixed(2)} ms`);
	}
	ours.dispose();
}
torch?.close();
if (options.json) process.stdout.write(`${JSON.stringify(rows)}\n`);
