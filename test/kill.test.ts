import { once } from "node:events";
import { writeFileSync } from "node:fs";
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
		...tinyOptions(folder, 2500),
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

	const whole = join(folder, "whole");
	expect(await orrery(folder, "train", "tiny.json", "--out", killed, "--resume")).toMatchObject({ code: 0 });
	expect(await orrery(folder, "train", "tiny.json", "--out", whole)).toMatchObject({ code: 0 });
	expect(await contentOf(killed)).toEqual(await contentOf(whole));
}, 240_000);
