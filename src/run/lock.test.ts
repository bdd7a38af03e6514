import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { type LockHolder, takeLock } from "./lock.ts";

let path: string;
beforeEach(() => {
	path = join(mkdtempSync(join(tmpdir(), "orrery-lock-")), "run.lock");
});

test("a lock is held by one, and free once given back", async () => {
	const giveBack = await takeLock(path);
	await expect(takeLock(path)).rejects.toThrow(`process ${process.pid} on ${hostname()}`);
	await giveBack();
	expect(existsSync(path)).toBe(false);
	await (await takeLock(path))();
});

test("of many takers at once exactly one wins, also over a dead lock", async () => {
	for (const dead of [false, true, false, true]) {
		if (dead) writeFileSync(path, JSON.stringify({ pid: deadProcess(), host: hostname(), since: "" }));
		const results = await Promise.allSettled(Array.from({ length: 8 }, () => takeLock(path)));
		const won = results.filter((x) => x.status === "fulfilled");
		expect(won).toHaveLength(1);
		for (const { reason } of results.filter((x) => x.status === "rejected"))
			expect(String(reason)).toContain("to be free, got a lock");
		await won[0].value();
	}
});

test("the lock of a killed process is taken over; one of another machine or of unknown make is not", async () => {
	writeFileSync(path, JSON.stringify({ pid: deadProcess(), host: hostname(), since: "" }));
	await (await takeLock(path))();
	writeFileSync(path, JSON.stringify({ pid: deadProcess(), host: "elsewhere", since: "" }));
	await expect(takeLock(path)).rejects.toThrow("on elsewhere");
	writeFileSync(path, "?");
	await expect(takeLock(path)).rejects.toThrow("delete the file");
});

test("a lock that names this process's id but was never taken by it is a dead namesake's", async () => {
	writeFileSync(path, JSON.stringify({ pid: process.pid, host: hostname(), since: "" }));
	await (await takeLock(path))();
});

test.runIf(process.platform === "linux")(
	"a lock of a process whose id another has got is taken over; that of the living one is not",
	async () => {
		const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
		try {
			const giveBack = await takeLock(path);
			const mine = JSON.parse(readFileSync(path, "utf8")) as LockHolder;
			await giveBack();
			const boot = mine.born!.split("/")[0];
			const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(" ");
			const theirs = { ...mine, pid: child.pid, born: `${boot}/${fields[21]}` };
			for (const holder of [theirs, { ...theirs, born: undefined }]) {
				writeFileSync(path, JSON.stringify(holder));
				await expect(takeLock(path)).rejects.toThrow(`of process ${child.pid}`);
			}
			for (const born of [`${boot}/1`, `another/${fields[21]}`]) {
				writeFileSync(path, JSON.stringify({ ...theirs, born }));
				await (await takeLock(path))();
			}
		} finally {
			child.kill();
		}
	},
);

/** The id of a process that has just ended. */
const deadProcess = (): number => spawnSync(process.execPath, ["-e", ""]).pid;
