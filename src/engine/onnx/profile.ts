/** Reads the runtime's own profile: a list of events, of which those of category Node are operators' kernels. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ProfileRow } from "../types.ts";

interface ProfileEvent {
	readonly cat: string;
	readonly name: string;
	/** Microseconds. */
	readonly dur: number;
	readonly args?: { readonly op_name?: string };
}

/** Time by operator, the longest first, from the one profile in `folder`. */
export async function readProfile(folder: string): Promise<ProfileRow[]> {
	const [file] = await readdir(folder);
	const events = JSON.parse(await readFile(join(folder, file), "utf8")) as ProfileEvent[];
	const rows = new Map<string, { calls: number; milliseconds: number }>();
	for (const { cat, name, dur, args } of events) {
		if (cat !== "Node" || !name.endsWith("_kernel_time")) continue;
		const operator = args?.op_name ?? name;
		const row = rows.get(operator) ?? { calls: 0, milliseconds: 0 };
		rows.set(operator, { calls: row.calls + 1, milliseconds: row.milliseconds + dur / 1000 });
	}
	return [...rows]
		.map(([operator, row]) => ({ operator, ...row }))
		.sort((a, b) => b.milliseconds - a.milliseconds);
}
