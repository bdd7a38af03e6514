/** What follows from its children: how a study or a sweep stands. */
import type { Entry } from "./entry.ts";
import type { Known } from "./read-entry.ts";

/** Sets the entries of studies and sweeps in `now`; those that come out as before are the objects of before. */
export function summarise(now: Map<string, Known>, before: ReadonlyMap<string, Known>): void {
	const children = new Map<string, Entry[]>();
	for (const { own } of now.values()) {
		if (own.parent === undefined) continue;
		const siblings = children.get(own.parent);
		if (siblings) siblings.push(own);
		else children.set(own.parent, [own]);
	}
	// Children come after their parents, and a study's state follows from its sweeps'.
	for (const [path, known] of [...now].reverse()) {
		const { own, alive } = known;
		if (own.kind !== "study" && own.kind !== "sweep") continue;
		const entry =
			own.kind === "study" ? study(own, children.get(path)) : sweep(own, children.get(path), alive);
		const old = before.get(path)?.entry;
		now.set(path, { ...known, entry: old && JSON.stringify(old) === JSON.stringify(entry) ? old : entry });
		const siblings = own.parent === undefined ? undefined : children.get(own.parent);
		if (siblings) siblings[siblings.indexOf(own)] = entry;
	}
}

function study(own: Entry, children: readonly Entry[] = []): Entry {
	return children.some(({ state }) => state === "running") ? { ...own, state: "running" } : own;
}

function sweep(own: Entry, cells: readonly Entry[] | undefined, alive: boolean): Entry {
	if (own.steps === undefined) return own;
	const ended = (cells ?? []).filter(({ state }) => state === "finished" || state === "diverged").length;
	const failed = (cells ?? []).filter(({ state }) => state === "failed").length;
	const open = ended >= own.steps ? "finished" : failed > 0 ? "failed" : "interrupted";
	return {
		...own,
		step: Math.min(ended, own.steps),
		state: alive ? "running" : open,
		...(failed > 0 && { message: `${failed} of ${own.steps} cells failed.` }),
	};
}
