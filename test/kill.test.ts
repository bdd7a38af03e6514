import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { listCheckpoints } from "../src/checkpoint/checkpoint.ts";
import { main, orrery, requireBuild, start } from "./support/cli.ts";
import { contentOf, temporaryFolder, tinyOptions } from "./support/tiny-run.ts";

beforeAll(requireBuild);

test("killed at twenty random moments and resumed, a run equals an uninterrupted one bit for bit", async () => {
	const folder = temporaryFolder();
	const options = {
		...tinyOptions(folder, 1_000_000),
		probes: { schedule: { doublingUntil: 64, every: 37 }, evaluationBatches: 1, saturationTokens: 8 },
		checkpoints: { every: 20 },
	};
	writeFileSync(join(folder, "tiny.json"), JSON.stringify(options));
	const killed = join(folder, "killed");
	const reached = async () => (await listCheckpoints(killed)).at(-1)?.step ?? 0;

	let lives = 0;
	for (let kill = 0; kill < 20; kill++) {
		const before = await reached();
		const args = ["train", "tiny.json", "--out", killed, "--resume"];
		const { child, ended } = start(process.execPath, [main, ...args], folder);
		// One life in five ends while it starts, the others while they train, measure or save.
		const starting = kill % 5 === 4;
		if (!starting) await once(child.stderr!, "data");
		await setTimeout(Math.random() * (starting ? 1000 : 250));
		child.kill("SIGKILL");
		const { code, stderr } = await ended;
		expect({ code, stderr }).toMatchObject({ code: null });
		if ((await reached()) > before) lives++;
	}
	// Otherwise nothing was put to the test.
	expect(lives).toBeGreaterThan(5);

	// However fast the machine, the run must not end before the last kill; so its end is set only now. Nothing before
	// the last step depends on how many there are.
	const steps = (await reached()) + 100;
	const config = join(killed, "config.json");
	writeFileSync(config, readFileSync(config, "utf8").replace('"steps": 1000000', `"steps": ${steps}`));
	const whole = join(folder, "whole");
	expect(await orrery(folder, "resume", killed)).toMatchObject({ code: 0 });
	expect(
		await orrery(folder, "train", "tiny.json", "--out", whole, "--set", `training.steps=${steps}`),
	).toMatchObject({ code: 0 });
	const content = await contentOf(killed);
	expect(content).toEqual(await contentOf(whole));
	expect(content.step).toBe(steps);
}, 240_000);
