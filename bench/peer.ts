/** A benchmark's other side: a child process that answers one line a request. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Descent } from "./descent.ts";
import type { Size } from "./sizes.ts";

export interface Peer<Work = Size> {
	readonly name: string;
	/** Milliseconds of each of `steps` training steps. */
	steps(size: Work, steps: number): Promise<number[]>;
	/** The same, with what was computed, of a script that says so. */
	ask(size: Work, steps: number): Promise<{ readonly ms: number[]; readonly result?: readonly number[] }>;
	close(): void;
}

// Compiled to build/bench/, the scripts stay in bench/.
const inBench = (path: string): string => fileURLToPath(new URL(`../../bench/${path}`, import.meta.url));

async function start<Work>(
	name: string,
	command: string,
	args: string[],
	env: NodeJS.ProcessEnv,
): Promise<Peer<Work>> {
	const child: ChildProcess = spawn(command, args, {
		stdio: ["pipe", "pipe", "ignore"],
		env: { ...process.env, ...env },
	});
	const lines = createInterface({ input: child.stdout! });
	const next = async () => JSON.parse((await once(lines, "line"))[0]);
	const { version } = await next();
	const ask = async (size: Work, steps: number) => {
		child.stdin!.write(`${JSON.stringify({ size, steps })}\n`);
		return next();
	};
	return {
		name: `${name} ${version}`,
		ask,
		steps: async (size, steps) => (await ask(size, steps)).ms,
		close: () => void child.kill(),
	};
}

/** The first Python here that has a library: `ORRERY_PYTHON`, the path's, Debian's; undefined where none has. */
function pythonWith(library: string): string | undefined {
	return [process.env["ORRERY_PYTHON"], "python3", "/usr/bin/python3"].find((python) => {
		if (!python) return false;
		try {
			execFileSync(python, ["-c", `import ${library}`], { stdio: "ignore" });
			return true;
		} catch {
			return false;
		}
	});
}

/** PyTorch, if a Python here has it. */
export async function startTorch(threads: number): Promise<Peer | undefined> {
	const python = pythonWith("torch");
	if (!python) return undefined;
	const env: Record<string, string> = { ORRERY_THREADS: String(threads) };
	// Beside OpenBLAS's own threads, OpenMP's would spin between operators and starve them: waiting quietly is three
	// times faster. With MKL both are the same threads, and its default is best.
	const mkl = execFileSync(python, ["-c", "import torch; print(torch.backends.mkl.is_available())"]);
	if (String(mkl).trim() !== "True") env["OMP_WAIT_POLICY"] = "PASSIVE";
	return start("PyTorch", python, [inBench("peers/torch_step.py")], env);
}

/** numpy, if a Python here has it, on gradient descent of the co-occurrence network. */
export async function startNumpy(threads: number): Promise<Peer<Descent> | undefined> {
	const python = pythonWith("numpy");
	if (!python) return undefined;
	const env = { OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) };
	return start("numpy", python, [inBench("peers/numpy_flow.py")], env);
}

/** A reading of a series of checkpoints. */
export interface Reading {
	readonly paths: readonly string[];
	readonly precision: "float32" | "float64";
}

/** Norms and cosines of a series in numpy or PyTorch, if a Python here has it. */
export async function startNorms(
	library: "numpy" | "torch",
	threads: number,
): Promise<Peer<Reading> | undefined> {
	const python = pythonWith(library);
	if (!python) return undefined;
	const env = { OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) };
	return start(library, python, [inBench("peers/checkpoint_norms.py"), library], env);
}

/** tfjs on WebAssembly, if `npm --prefix bench ci` installed it. */
export async function startTfjs(): Promise<Peer | undefined> {
	if (!existsSync(inBench("node_modules/@tensorflow/tfjs"))) return undefined;
	return start("tfjs WebAssembly", process.execPath, [inBench("peers/tfjs_step.mjs")], {});
}
