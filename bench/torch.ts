/** The PyTorch side of a benchmark, as a child process that answers one line a request. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Size } from "./sizes.ts";

export interface Torch {
	readonly version: string;
	/** Milliseconds of each of `steps` training steps. */
	steps(size: Size, steps: number): Promise<number[]>;
	close(): void;
}

/** The first Python here that has PyTorch: `ORRERY_PYTHON`, then the path's, then Debian's. */
function findPython(): string | undefined {
	for (const python of [process.env["ORRERY_PYTHON"], "python3", "/usr/bin/python3"]) {
		if (!python) continue;
		try {
			execFileSync(python, ["-c", "import torch"], { stdio: "ignore" });
			return python;
		} catch {}
	}
	return undefined;
}

/** Starts PyTorch, or gives undefined where none is installed. */
export async function startTorch(threads: number): Promise<Torch | undefined> {
	const python = findPython();
	if (!python) return undefined;
	// Compiled to build/bench/, the script stays in bench/peers/.
	const script = fileURLToPath(new URL("../../bench/peers/torch_step.py", import.meta.url));
	const child: ChildProcess = spawn(python, [script], {
		stdio: ["pipe", "pipe", "inherit"],
		env: { ...process.env, ORRERY_THREADS: String(threads) },
	});
	const lines = createInterface({ input: child.stdout! });
	const next = async () => JSON.parse((await once(lines, "line"))[0]);
	const { version } = await next();
	return {
		version,
		steps: async (size, steps) => {
			child.stdin!.write(`${JSON.stringify({ size, steps })}\n`);
			return (await next()).ms;
		},
		close: () => void child.kill(),
	};
}
