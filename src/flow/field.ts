/**
 * A field in, a trajectory out: ordinary differential equations dy/dt = f(t, y), and the fixed-step methods beside them.
 *
 *     field.ts              what is integrated, and the steps that come out
 *     dormand-prince.ts     adaptive, error-controlled, with dense output: gradient flow
 *     descent.ts            y ← y + η f(y): gradient descent, on the field of gradient flow
 *     runge-kutta.ts        classical fourth order, fixed step
 *     implicit-midpoint.ts  keeps quadratic invariants exactly
 *     event.ts              where a function of the state crosses 0
 *     end.ts                the end of a trajectory, its states at given times
 *
 * Every method is a generator of steps: who wants to look at one looks, who wants to stop stops, and a long computation
 * can let the event loop breathe between two steps.
 */

/** dy/dt at (time, state), written into `out`. Keeps neither array and never writes into `state`. */
export type VectorField = (time: number, state: Float64Array, out: Float64Array) => void;

/** One accepted step. Its arrays belong to the method and hold until the next step is asked for: copy what you keep. */
export interface Step {
	/** 1, 2, 3, … */
	readonly index: number;
	readonly start: number;
	readonly end: number;
	/** The state at `start` and at `end`. */
	readonly before: Float64Array;
	readonly after: Float64Array;
	/**
	 * The state at a time within the step, a new array: fourth-order dense output (Dormand–Prince), a cubic (Runge–Kutta,
	 * midpoint), a straight line (descent).
	 */
	at(time: number): Float64Array;
	/**
	 * The state at a time within the step to the full accuracy of the method, by a step of its own from `start`; of
	 * descent, which has no meaning between steps, the straight line.
	 */
	restep(time: number): Float64Array;
}

/** What a method has done when it ends. */
export interface Work {
	readonly accepted: number;
	/** Steps thrown away because their error was too large; 0 for methods of fixed step. */
	readonly rejected: number;
	/** Calls of the field that the steps needed; those of `at` and `restep` are not counted. */
	readonly evaluations: number;
}

/** A trajectory being computed: steps, and in the end the account of the work. */
export type Trajectory = Generator<Step, Work, void>;
