import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { main, orrery, requireBuild, start } from "./support/cli.ts";
import { contentOf, temporaryFolder, tinyOptions } from "./support/tiny-run.ts";

beforeAll(requireBuild);

// A user's own mount namespace needs no rights, but some systems do not grant one.
const canMount = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;

describe.skipIf(!canMount)("on a small file system of its own", () => {
	/** Runs a script in which `$disk` can be mounted and `orrery` is the command. */
	const inNamespace = (folder: string, script: string) => {
		mkdirSync(join(folder, "disk"));
		writeFileSync(join(folder, "tiny.json"), JSON.stringify(tinyOptions(folder, 120)));
		const orreryCommand = `orrery() { "${process.execPath}" "${main}" "$@"; }`;
		return start("unshare", ["-rm", "sh", "-c", `${orreryCommand}\n${script}`], folder).ended;
	};

	test("a full disk stops a run with a clear error and loses no checkpoint; with room again it goes on", async () => {
		const folder = temporaryFolder();
		const { stdout, stderr } = await inNamespace(
			folder,
			`mount -t tmpfs -o size=400k tmpfs disk
			orrery train tiny.json --out disk/run; echo "exit $?"
			ls disk/run/checkpoints
			mount -o remount,size=100m disk
			orrery resume disk/run; echo "exit $?"
			cp -r disk/run kept`,
		);
		expect(stderr).toMatch(
			/Expected `disk\/run\/\S+` to be written in full, got no space left on the device/,
		);
		expect(stderr).toMatch(/The run stopped at step \d+; continue it with `npx orrery resume disk\/run`/);
		// Complete checkpoints only: what was being written is gone.
		expect(stdout).toMatch(/^exit 1\nstep-00000010\nstep-00000020\n(step-\d+\n)*exit 0\n$/);
		expect(await orrery(folder, "train", "tiny.json", "--out", "whole")).toMatchObject({ code: 0 });
		expect(await contentOf(join(folder, "kept"))).toEqual(await contentOf(join(folder, "whole")));
	});

	test("a read-only folder is refused by name, before anything is trained", async () => {
		const { stdout, stderr } = await inNamespace(
			temporaryFolder(),
			`mount -t tmpfs -o ro tmpfs disk
			orrery train tiny.json --out disk/run; echo "exit $?"`,
		);
		expect(stdout).toBe("exit 1\n");
		expect(stderr).toContain("Expected `disk/run` to be writable, got a read-only file system");
		expect(stderr).not.toContain("step");
	});
});

// Linux has a device that is always full.
test.skipIf(!existsSync("/dev/full"))(
	"what cannot be printed ends a command with an error, not with a stack",
	async () => {
		const command = `"${process.execPath}" "${main}" train --help > /dev/full; echo "exit $?"`;
		const { stdout, stderr } = await start("sh", ["-c", command], temporaryFolder()).ended;
		expect(stdout).toBe("exit 1\n");
		expect(stderr).toMatch(/^error: Expected `standard output` to be written in full, got no space left/);
	},
);
