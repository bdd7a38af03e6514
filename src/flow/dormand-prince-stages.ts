/**
 * The arithmetic of one Dormand–Prince step: stages, error, dense output. All arrays are made once and trade places.
 *
 * Coefficients: Hairer, Nørsett, Wanner I (1993), Table II.5.2; dense output of order 4 as in their program DOPRI5
 * (`contd5`), after Shampine (1986).
 */
import type { VectorField } from "./field.ts";

export class DormandPrinceStages {
	/** The state at the start and at the end of the step being tried. */
	before: Float64Array;
	after: Float64Array;
	/** k₁ to k₇; k₇ is the slope at the end. */
	readonly slopes: Seven;
	readonly #field: VectorField;
	/** Where the field is asked: the state of the stage at hand. */
	readonly #stage: Float64Array;
	/** k₂ to k₆ of steps within a step; made when the first one is asked for. */
	#own: Five | undefined;

	constructor(field: VectorField, state: Float64Array) {
		const make = () => new Float64Array(state.length);
		this.#field = field;
		this.before = state;
		this.after = make();
		this.slopes = [make(), make(), make(), make(), make(), make(), make()];
		this.#stage = make();
	}

	/** The slope at the start of the step. */
	get slope(): Float64Array {
		return this.slopes[0];
	}

	/** The first slope of all: one call of the field. */
	begin(time: number): void {
		this.#field(time, this.before, this.slope);
	}

	/** 0.01·‖y‖/‖f‖; where y is as good as 0, a millionth of the whole, which soon grows. */
	firstStep(interval: number, absolute: number, relative: number, norm: "rms" | "max"): number {
		const scaled = (values: Float64Array) =>
			normOf(values.length, norm, (i) => values[i]! / (absolute + relative * Math.abs(this.before[i]!)));
		const size = scaled(this.before);
		const speed = scaled(this.slope);
		if (speed === 0) return interval;
		return Math.min(interval, size < 1e-5 ? 1e-6 * interval : (0.01 * size) / speed);
	}

	/** Fills k₂ to k₇ and `after` for a step of length `h`: six calls of the field. */
	attempt(time: number, h: number): void {
		this.#fifthOrder(time, h, this.slopes, this.after);
		this.#field(time + h, this.after, this.slopes[6]);
	}

	/** What was reached becomes the start of the next step. */
	advance(): void {
		[this.before, this.after] = [this.after, this.before];
		[this.slopes[0], this.slopes[6]] = [this.slopes[6], this.slopes[0]];
	}

	/** The estimated error of the step over what is allowed; NaN where anything is not finite. */
	error(h: number, absolute: number, relative: number, norm: "rms" | "max"): number {
		const { before, after } = this;
		const [k1, , k3, k4, k5, k6, k7] = this.slopes;
		let sum = 0;
		let largest = 0;
		for (let i = 0; i < before.length; i++) {
			const error =
				h *
				((71 / 57600) * k1[i]! -
					(71 / 16695) * k3[i]! +
					(71 / 1920) * k4[i]! -
					(17253 / 339200) * k5[i]! +
					(22 / 525) * k6[i]! -
					(1 / 40) * k7[i]!);
			const allowed = absolute + relative * Math.max(Math.abs(before[i]!), Math.abs(after[i]!));
			// Infinity/Infinity and 0·Infinity are NaN, and a sum that has met one remains one.
			const ratio = error / allowed + 0 * after[i]!;
			sum += ratio * ratio;
			largest = Math.max(largest, Math.abs(ratio));
		}
		if (!Number.isFinite(sum)) return Number.NaN;
		return norm === "max" ? largest : Math.sqrt(sum / before.length);
	}

	/** The state at the share `theta` of the step, by the interpolant of order 4: a new array. */
	dense(theta: number, h: number): Float64Array {
		const { before, after } = this;
		const [k1, , k3, k4, k5, k6, k7] = this.slopes;
		const rest = 1 - theta;
		const out = new Float64Array(before.length);
		for (let i = 0; i < out.length; i++) {
			const change = after[i]! - before[i]!;
			const bend = h * k1[i]! - change;
			const twist = change - h * k7[i]! - bend;
			const correction =
				h *
				((-12715105075 / 11282082432) * k1[i]! +
					(87487479700 / 32700410799) * k3[i]! -
					(10690763975 / 1880347072) * k4[i]! +
					(701980252875 / 199316789632) * k5[i]! -
					(1453857185 / 822651844) * k6[i]! +
					(69997945 / 29380423) * k7[i]!);
			out[i] = before[i]! + theta * (change + rest * (bend + theta * (twist + rest * correction)));
		}
		return out;
	}

	/** The state after a step of its own, of length `h`, from the same start: five calls of the field, a new array. */
	restep(time: number, h: number): Float64Array {
		const { length } = this.before;
		const make = () => new Float64Array(length);
		this.#own ??= [make(), make(), make(), make(), make()];
		const after = make();
		this.#fifthOrder(time, h, [this.slope, ...this.#own], after);
		return after;
	}

	/** k₂ to k₆ from k₁, and the state of order 5 at `time + h`. */
	#fifthOrder(time: number, h: number, [k1, k2, k3, k4, k5, k6]: Six | Seven, after: Float64Array): void {
		const y = this.before;
		const stage = this.#stage;
		const field = this.#field;
		const n = y.length;
		for (let i = 0; i < n; i++) stage[i] = y[i]! + h * (1 / 5) * k1[i]!;
		field(time + h / 5, stage, k2);
		for (let i = 0; i < n; i++) stage[i] = y[i]! + h * ((3 / 40) * k1[i]! + (9 / 40) * k2[i]!);
		field(time + 0.3 * h, stage, k3);
		for (let i = 0; i < n; i++)
			stage[i] = y[i]! + h * ((44 / 45) * k1[i]! - (56 / 15) * k2[i]! + (32 / 9) * k3[i]!);
		field(time + 0.8 * h, stage, k4);
		for (let i = 0; i < n; i++)
			stage[i] =
				y[i]! +
				h *
					((19372 / 6561) * k1[i]! -
						(25360 / 2187) * k2[i]! +
						(64448 / 6561) * k3[i]! -
						(212 / 729) * k4[i]!);
		field(time + (8 / 9) * h, stage, k5);
		for (let i = 0; i < n; i++)
			stage[i] =
				y[i]! +
				h *
					((9017 / 3168) * k1[i]! -
						(355 / 33) * k2[i]! +
						(46732 / 5247) * k3[i]! +
						(49 / 176) * k4[i]! -
						(5103 / 18656) * k5[i]!);
		field(time + h, stage, k6);
		for (let i = 0; i < n; i++)
			after[i] =
				y[i]! +
				h *
					((35 / 384) * k1[i]! +
						(500 / 1113) * k3[i]! +
						(125 / 192) * k4[i]! -
						(2187 / 6784) * k5[i]! +
						(11 / 84) * k6[i]!);
	}
}

type Five = [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
type Six = [Float64Array, ...Five];
type Seven = [Float64Array, ...Six];

function normOf(n: number, norm: "rms" | "max", value: (i: number) => number): number {
	let sum = 0;
	let largest = 0;
	for (let i = 0; i < n; i++) {
		sum += value(i) ** 2;
		largest = Math.max(largest, Math.abs(value(i)));
	}
	return norm === "max" ? largest : Math.sqrt(sum / n);
}
