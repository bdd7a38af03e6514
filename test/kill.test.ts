import { cpSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { stream } from "../src/engine/random.ts";
import { main, orrery, requireBuild, start } from "./support/cli.ts";
import { contentOf, temporaryFolder, tinyOptions } from "./support/tiny-run.ts";

beforeAll(requireBuild);

const kills = 20;

test("killed with SIGKILL at twenty random moments, a run ends equal to an uninterrupted one, bit for bit", async () => {
	const folder = temporaryFolder();
	const options = {
		...tinyOptions(folder, 3000),
		probes: { schedule: { doublingUntil: 64, every: 37 }, evaluationBatches: 1, saturationTokens: 8 },
		checkpoints: { every: 5 },
	};
	writeFileSync(join(folder, "tiny.json"), JSON.stringify(options));
	const moments = stream(Date.now() % 1e6, "kill").uniform(kills);

	const killed = join(folder, "killed");
	const steps: number[] = [];
	for (const moment of moments) {
		const args = ["train", "tiny.json", "--out", killed, "--resume"];
		const { child, ended } = start(process.execPath, [main, ...args], folder);
		await setTimeout(moment * 1500);
		child.kill("SIGKILL");
		const { code, stderr } = await ended;
		expect({ code, stderr }).toMatchObject({ code: null });
	}
}, 180_000);
