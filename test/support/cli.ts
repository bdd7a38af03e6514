/** The built command line, run as a person runs it: in a process of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
export const main = join(root, "dist/cli/main.js");

/** What `tsc` writes first, and what `vite` writes last. */
const built = [main, join(root, "dist/web/index.html")];

const newest = (folder: string): number =>
	Math.max(
		...readdirSync(folder, { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile() && /(?<!\.test)\.(ts|svelte|css|html)$/.test(entry.name))
			.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
	);

/** Throws if the built files are older than the source: a test of yesterday's program proves nothing. */
export function requireBuild(): void {
	const oldest = Math.min(...built.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0));
	if (oldest < newest(join(root, "src")))
		throw new Error("dist/ is older than src/: run `npm run build` first.");
}

export interface Ended {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** Starts a process and collects what it prints. */
export function start(command: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}) {
	const child: ChildProcess = spawn(command, args, { cwd, env: { ...process.env, ...env } });
	let [stdout, stderr] = ["", ""];
	child.stdout!.on("data", (data) => {
		stdout += data;
	});
	child.stderr!.on("data", (data) => {
		stderr += data;
	});
	const ended = new Promise<Ended>((resolve) =>
		child.on("close", (code) => resolve({ code, stdout, stderr })),
	);
	return { child, ended };
}

/** Runs `orrery` with these arguments in folder `cwd`. */
export const orrery = (cwd: string, ...args: string[]): Promise<Ended> =>
	start(process.execPath, [main, ...args], cwd).ended;
