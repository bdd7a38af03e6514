/**
 * Time, as the figures of a page share it: a cursor under the pointer, and a play-head that stays where it was put.
 *
 * There is one clock for each name of time (`step`, of gradient flows `κ₀t`). Figures register the times that they
 * show and follow; controls move. It is a Svelte store: `$timeline` is its state, and so it works without Svelte too.
 */
import { writable } from "svelte/store";
import { type ScaleKind, shareOf, timeAt } from "../../figure/time-scale.ts";

export interface Clock {
	/** `step`, `κ₀t`. */
	readonly name: string;
	/** Every time that a figure shows, ascending; at least one. */
	readonly times: readonly number[];
	/** On which the play-head moves evenly: that of the figures. */
	readonly kind: ScaleKind;
	/** Where the play-head stands; absent: at the end, and it stays there while a run grows. */
	readonly head?: number | undefined;
	/** Under the pointer or the keyboard; absent where neither is in a figure. */
	readonly cursor?: number | undefined;
}

export interface TimelineState {
	/** By name. `step` first; none before a figure with time has been drawn. */
	readonly clocks: readonly Clock[];
	/** The name of the clock that plays. */
	readonly playing: string | undefined;
}

/** A whole run in twelve seconds; where a reader wants less motion, in steps of half a second. */
const playSeconds = 12;

export class Timeline {
	readonly #store = writable<TimelineState>({ clocks: [], playing: undefined });
	/** By name, then by figure. */
	readonly #shown = new Map<string, Map<object, { times: readonly number[]; kind: ScaleKind }>>();
	readonly #times = new Map<string, readonly number[]>();
	readonly #heads = new Map<string, number>();
	readonly #cursors = new Map<string, number>();
	#playing: string | undefined;
	#timer: ReturnType<typeof setInterval> | undefined;

	readonly subscribe = this.#store.subscribe;

	/** A figure tells what it shows; again whenever that changes. */
	register(figure: object, name: string, times: readonly number[], kind: ScaleKind): void {
		const figures = this.#shown.get(name) ?? new Map();
		figures.set(figure, { times, kind });
		this.#shown.set(name, figures);
		this.#gather(name);
	}

	/** A figure is gone. The play-head stays, for figures to come. */
	remove(figure: object): void {
		for (const [name, figures] of this.#shown) {
			if (!figures.delete(figure)) continue;
			if (figures.size === 0) this.#shown.delete(name);
			this.#gather(name);
		}
	}

	/** Puts the cursor somewhere, or takes it away. */
	point(name: string, at: number | undefined): void {
		set(this.#cursors, name, at);
		this.#tell();
	}

	/** Puts the play-head somewhere, or back to the end. Stops playing. */
	move(name: string, at: number | undefined): void {
		this.pause();
		set(this.#heads, name, at === undefined ? undefined : standing(name, at));
		this.#tell();
	}

	/** Moves the play-head of the first clock by about a hundredth of the axis, or a tenth, to a time that was measured. */
	nudge(direction: 1 | -1, isLarge = false): void {
		const clock = this.clocks[0];
		if (!clock) return;
		const { name, times, kind, head = times.at(-1)! } = clock;
		const ends = endsOf(clock);
		const target = shareOf(kind, ends, head) + direction * (isLarge ? 0.1 : 0.01);
		const beyond = times.filter((time) => Math.sign(time - head) === direction);
		if (beyond.length === 0) return;
		const nearest = beyond.reduce((best, time) =>
			Math.abs(shareOf(kind, ends, time) - target) < Math.abs(shareOf(kind, ends, best) - target)
				? time
				: best,
		);
		this.move(name, nearest === ends[1] ? undefined : nearest);
	}

	/** Plays, or pauses; the first clock unless one is named. Begins anew at the end. */
	toggle(name = this.clocks[0]?.name): void {
		if (this.#playing) this.pause();
		else if (name !== undefined) this.#play(name);
	}

	pause(): void {
		clearInterval(this.#timer);
		if (!this.#playing) return;
		const head = this.#heads.get(this.#playing);
		if (head !== undefined) this.#heads.set(this.#playing, standing(this.#playing, head));
		this.#playing = undefined;
		this.#tell();
	}

	/** For another page: forgets where play-heads and cursors stood. */
	reset(): void {
		this.pause();
		this.#heads.clear();
		this.#cursors.clear();
		this.#tell();
	}

	get clocks(): readonly Clock[] {
		const names = [...this.#times.keys()].sort((a, b) => Number(b === "step") - Number(a === "step"));
		return names.map((name) => {
			const kinds = [...this.#shown.get(name)!.values()].map(({ kind }) => kind);
			const kind = kinds.find((candidate) => candidate !== "band") ?? "band";
			const [head, cursor] = [this.#heads.get(name), this.#cursors.get(name)];
			return { name, times: this.#times.get(name)!, kind, head, cursor };
		});
	}

	#play(name: string): void {
		const clock = this.clocks.find((candidate) => candidate.name === name);
		if (!clock || clock.times.length < 2) return;
		const isCalm = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;
		const pause = isCalm ? 500 : 40;
		const ends = endsOf(clock);
		let share = clock.head === undefined ? 0 : shareOf(clock.kind, ends, clock.head);
		if (share >= 1) share = 0;
		this.#playing = name;
		this.#timer = setInterval(() => {
			share += pause / 1000 / playSeconds;
			if (share >= 1) {
				this.#heads.delete(name);
				return this.pause();
			}
			this.#heads.set(name, timeAt(clock.kind, ends, share));
			this.#tell();
		}, pause);
		this.#heads.set(name, timeAt(clock.kind, ends, share));
		this.#tell();
	}

	#gather(name: string): void {
		const figures = [...(this.#shown.get(name)?.values() ?? [])];
		const times = [...new Set(figures.flatMap((figure) => figure.times))].sort((x, y) => x - y);
		if (times.length > 0) this.#times.set(name, times);
		else this.#times.delete(name);
		this.#tell();
	}

	#tell(): void {
		this.#store.set({ clocks: this.clocks, playing: this.#playing });
	}
}

/** A logarithmic axis has no place for 0. */
export function endsOf({ times, kind }: Pick<Clock, "times" | "kind">): readonly [number, number] {
	const last = times.at(-1)!;
	return [(kind === "log" ? times.find((time) => time > 0) : times[0]) ?? last, last];
}

/** A play-head that does not move stands at a whole step; other times have no such thing. */
const standing = (name: string, at: number): number => (name === "step" ? Math.round(at) : at);

function set(map: Map<string, number>, name: string, at: number | undefined): void {
	if (at === undefined) map.delete(name);
	else map.set(name, at);
}

/** The page's own. */
export const pageTimeline = new Timeline();
