/**
 * The networks that the study compares, by name: what differs from a common size, and nothing else.
 *
 * Without skips: residual none. With them but without norms: normalised skips, a·x + √(1 − a²)·f(x) with a = 0.98.
 * Feed-forward networks without skips have leaky relus tailored to the depth; η = 0.5 is gentler than the 0.9 of TAT,
 * since attention and feed-forward networks both make tokens alike (specification, §2.7).
 */
import type { ModelOptions } from "../../model/config.ts";

export type Method = Partial<ModelOptions>;

const tailored: Method = { activation: "leaky-relu", shaping: { name: "tat", eta: 0.5 } };
const skipless: Method = { placement: "none", residual: "none", init: "signal", ...tailored };
const normalisedSkips: Method = { placement: "none", residual: { normalised: 0.98 }, init: "signal" };
const preNorm: Method = { placement: "pre", norm: "rms" };
const normed: Method = { ...preNorm, finalNorm: true };

const valueSkipInit: Method = { mixing: { name: "value-skip-init" } };
const uSpa: Method = { mixing: { name: "u-spa", rho: 0.8 } };
/** γ_L·T stays at 2.5 to 10: sequences here are of 64 tokens, not 512 (specification, §2.4). */
const eSpa: Method = { mixing: { name: "e-spa", gamma: 0.1 } };

/** The simplified blocks of He & Hofmann 2023 (SAS): W_V and W_O the identity, no skip of attention. */
const sas: Method = { ...preNorm, init: "signal", valueMaps: "identity", mixing: { name: "shaped" } };
const noSkip = { skip: 0, branch: 1, trained: false } as const;
const gentle = { branch: 0.1, trained: true } as const;

export const methods = {
	"pre-norm": preNorm,
	vanilla: { ...skipless },
	"vanilla, norms": { ...skipless, ...normed },
	"value-skip-init": { ...skipless, ...valueSkipInit },
	"u-spa": { ...skipless, ...uSpa },
	"e-spa": { ...skipless, ...eSpa },
	"value-skip-init, norms": { ...skipless, ...normed, ...valueSkipInit },
	"u-spa, norms": { ...skipless, ...normed, ...uSpa },
	"e-spa, norms": { ...skipless, ...normed, ...eSpa },
	"plain, skips": { ...normalisedSkips },
	"value-skip-init, skips": { ...normalisedSkips, ...valueSkipInit },
	"u-spa, skips": { ...normalisedSkips, ...uSpa },
	"e-spa, skips": { ...normalisedSkips, ...eSpa },
	"skip-init": { placement: "none", residual: "skip-init", init: "signal" },
	"parallel blocks": { ...preNorm, parallel: true },
	"query-key norm": { ...preNorm, queryKeyNorm: true },
	sas: { ...sas, residual: { attention: noSkip, feedForward: { skip: 1, ...gentle } } },
	"sas-p": {
		...sas,
		parallel: true,
		residual: { attention: { ...noSkip, trained: true }, feedForward: { skip: 0, ...gentle } },
	},
	"sas-p, no norms": {
		...sas,
		parallel: true,
		normBlocks: "first",
		residual: { attention: { ...noSkip, trained: true }, feedForward: { skip: 0, ...gentle } },
	},
	"shaped transformer": {
		placement: "none",
		residual: { normalised: 0.98 },
		init: "signal",
		mixing: { name: "shaped-transformer" },
		// The shaped relu of Noci et al. 2023, whose slopes are 1 + c/√width, with c = −1 below 0 at width 64, and −2.8 at 512.
		activation: "leaky-relu",
		negativeSlope: 0.875,
	},
} as const satisfies Readonly<Record<string, Method>>;

export type MethodName = keyof typeof methods;
