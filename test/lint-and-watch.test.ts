/** `orrery lint` and `orrery watch`, run as a person runs them, on checkpoints that other programs write. */
import { once } from "node:events";
import { copyFileSync, existsSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import type { Finding } from "../src/inspect/finding.ts";
import { main, orrery, requireBuild, start } from "./support/cli.ts";
import { writeSlowly } from "./support/slow-writer.ts";
import { temporaryFolder } from "./support/tiny-run.ts";

beforeAll(requireBuild);

/** A folder with a checkpoint of each step. */
async function written(steps: readonly number[]): Promise<string> {
	const folder = join(temporaryFolder(), "series");
	await Promise.all(
		steps.map((step) => writeSlowly({ folder: join(folder, `step${step}`), step, milliseconds: 1 })),
	);
	return folder;
}

const fileAt = (folder: string, step: number) => join(folder, `step${step}`, "model.safetensors");

test("lint: 0 for a sound series, 1 for errors, and for warnings with --strict; the findings as JSON", async () => {
	const sound = await written([0, 10, 20, 30, 40]);
	expect(await orrery(sound, "lint", ".")).toMatchObject({ code: 0, stdout: "series: nothing found\n" });
	const gap = await written([0, 10, 20, 40, 50]);
	expect((await orrery(gap, "lint", ".")).code).toBe(0);
	const strict = await orrery(gap, "lint", ".", "--strict", "--json");
	expect(strict.code).toBe(1);
	expect(JSON.parse(strict.stdout)).toMatchObject({
		steps: [0, 10, 20, 40, 50],
		counts: { errors: 0, warnings: 1, notes: 0 },
		findings: [{ kind: "missing-steps", severity: "warning", steps: [30] }],
	});
	copyFileSync(fileAt(sound, 0), fileAt(sound, 30));
	const copied = await orrery(sound, "lint", ".", "--json");
	expect(copied.code).toBe(1);
	const { findings } = JSON.parse(copied.stdout) as { findings: Finding[] };
	expect(findings[0]).toMatchObject({ kind: "identical-checkpoints", severity: "error", steps: [0, 30] });
	truncateSync(fileAt(sound, 30), 1000);
	const cut = await orrery(sound, "lint", ".");
	expect(cut.code).toBe(1);
	expect(cut.stdout).toContain("The checkpoint of step 30");
	expect(await orrery(sound, "lint", "nowhere")).toMatchObject({ code: 1, stdout: "" });
}, 60_000);

test("watch: the page's report grows with the folder, a second watch is refused, and Ctrl-C ends it with 0", async () => {
	const folder = await written([100]);
	const out = join(temporaryFolder(), "out");
	const args = ["watch", folder, "--out", out, "--port", "0", "--interval", "0.2", "--json"];
	const { child, ended } = start(process.execPath, [main, ...args], folder);
	const [line] = (await once(child.stdout!, "data")) as [Buffer];
	const { url, report } = JSON.parse(String(line)) as { url: string; report: string };
	const page = async () => (await fetch(url)).text();
	await expect.poll(page, { timeout: 20_000 }).toContain("Step 100 is the latest.");
	const second = await orrery(folder, ...args);
	expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining("watch.lock") });
	await writeSlowly({ folder: join(folder, "step200"), step: 200, milliseconds: 600, layout: "shards" });
	await expect.poll(page, { timeout: 20_000 }).toContain("Step 200 is the latest.");
	expect(await page()).toContain("2 checkpoints, steps 100 to 200");
	child.kill("SIGINT");
	const { code, stderr } = await ended;
	expect(code, stderr).toBe(0);
	expect(stderr).toContain("Measured step 200.");
	expect(readFileSync(report, "utf8")).toContain("2 checkpoints");
	expect(existsSync(join(out, "watch.lock"))).toBe(false);
}, 60_000);
