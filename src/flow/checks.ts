/** What every method refuses, said in one way: impossible options, and numbers that are none. */
import { UserError } from "../error.ts";

/** Where and when to integrate. */
export interface Interval {
	/** Default 0. */
	readonly from?: number;
	readonly to: number;
}

/**
 * A state or a derivative has become infinite or NaN. Its fields say where, for who wants to end a run that diverged
 * rather than to fail.
 */
export class NotFiniteError extends UserError {
	override readonly name = "NotFiniteError";
	readonly of: "state" | "derivative";
	/** Index into the state. */
	readonly component: number;
	readonly time: number;

	constructor(of: "state" | "derivative", component: number, time: number, value: number, advice: string) {
		super(`Expected \`${of}[${component}]\` to be finite at time ${time}, got ${value}. ${advice}`);
		this.of = of;
		this.component = component;
		this.time = time;
	}
}

/** Throws NotFiniteError at the first number that is not finite. */
export function assertFinite(
	values: Float64Array,
	of: "state" | "derivative",
	time: number,
	advice: string,
): void {
	// 0 · Infinity is NaN, and a sum that has met one remains one: far cheaper than to ask each number.
	let sum = 0;
	for (let i = 0; i < values.length; i++) sum += 0 * values[i]!;
	if (sum === 0) return;
	const component = values.findIndex((value) => !Number.isFinite(value));
	throw new NotFiniteError(of, component, time, values[component]!, advice);
}

/** A state to begin with: a copy of `state`, which the caller keeps. Throws UserError if it is empty or not finite. */
export function initialState(state: Float64Array, time: number): Float64Array {
	if (state.length === 0)
		throw new UserError(
			"Expected `state` to have at least one number, got none. There is nothing to integrate.",
		);
	assertFinite(state, "state", time, "Start from finite numbers.");
	return Float64Array.from(state);
}

/** Throws UserError unless both ends are finite and in order. */
export function checkInterval({ from = 0, to }: Interval): void {
	if (!Number.isFinite(from))
		throw new UserError(`Expected \`from\` to be a finite time, got ${from}. Choose one.`);
	if (!Number.isFinite(to))
		throw new UserError(`Expected \`to\` to be a finite time, got ${to}. Choose one.`);
	if (to < from)
		throw new UserError(
			`Expected \`to\` to be at least \`from\` = ${from}, got ${to}. Time runs forwards: of −f it runs backwards.`,
		);
}

/** Throws UserError unless it is a positive integer. */
export function checkSteps(steps: number): void {
	if (!Number.isSafeInteger(steps) || steps < 1)
		throw new UserError(`Expected \`steps\` to be a positive integer, got ${steps}. Choose at least 1.`);
}

/** Throws UserError unless `time` lies in the step from `start` to `end`. */
export function checkWithin(time: number, start: number, end: number): void {
	if (!(time >= start && time <= end))
		throw new UserError(
			`Expected \`time\` to lie in the step from ${start} to ${end}, got ${time}. Ask the step that holds it.`,
		);
}

/** The time after so many of `steps` equal steps, the last of which ends exactly at `to`. */
export const timeOf = (
	step: number,
	{ from = 0, to, steps }: Interval & { readonly steps: number },
): number => (step === steps ? to : from + ((to - from) * step) / steps);
