import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { beforeAll, expect, test } from "vitest";
import { main, orrery, requireBuild, start } from "./support/cli.ts";
import { temporaryFolder } from "./support/tiny-run.ts";

beforeAll(requireBuild);

test("study prints one document of claims, runs and figures; run again, it trains nothing", async () => {
	const folder = temporaryFolder();
	const args = ["study", "norm-growth", "--preset", "smoke", "--out", "study", "--json"];
	const first = await orrery(folder, ...args);
	expect(first.code).toBe(0);
	const { claims, experiments, figures } = JSON.parse(first.stdout);
	expect(claims.length).toBeGreaterThan(10);
	for (const claim of claims)
		expect(Object.keys(claim)).toEqual(
			expect.arrayContaining(["id", "part", "claim", "measured", "expected", "verdict"]),
		);
	// Everything finished; what remains open asks for a larger size.
	const open = claims.filter((claim: { verdict: string }) => claim.verdict === "not measured");
	expect(open.length).toBeLessThan(claims.length / 8);
	for (const { name, state } of experiments) expect([name, state]).toEqual([name, "finished"]);
	expect(figures.length).toBeGreaterThan(5);
	for (const path of [...figures, "study/report.html"]) expect(existsSync(join(folder, path))).toBe(true);

	const again = await orrery(folder, ...args);
	expect(again.stderr).not.toContain("tokens/s");
	expect(JSON.parse(again.stdout).claims).toEqual(claims);
});

test("Ctrl-C in the flows of study co-occurrence ends with 130 and reports those that have ended", async () => {
	const folder = temporaryFolder();
	const args = ["study", "co-occurrence", "--preset", "smoke", "--out", "study", "--json"];
	const { child, ended } = start(process.execPath, [main, ...args], folder);
	const status = join(folder, "study/S-0/status.json");
	for (let waited = 0; !existsSync(status) && waited < 30_000; waited += 20) await setTimeout(20);
	child.kill("SIGINT");
	const { code, stdout, stderr } = await ended;
	expect({ code, stderr }).toEqual({
		code: 130,
		stderr: expect.stringContaining("The same command goes on"),
	});
	const { claims, experiments } = JSON.parse(stdout);
	expect(experiments).toContainEqual(expect.objectContaining({ name: "S-0", state: "finished" }));
	const found = claims.find(({ id }: { id: string }) => id === "phases.correct.S");
	expect(found).toMatchObject({ of: "S", verdict: "holds" });
	expect(existsSync(join(folder, "study/report.html"))).toBe(true);
});
