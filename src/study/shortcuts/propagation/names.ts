/** What the analyses of this part are called, and how the networks of the study are grouped in its claims and figures. */
import type { MethodName } from "../methods.ts";

export const names = {
	evolution: "propagation/evolution",
	exactness: "propagation/exactness",
	widths: "propagation/widths",
	networks: "propagation/networks",
} as const;

export const mixings = ["plain", "V-SkipInit", "U-SPA", "E-SPA"] as const;

type Mixing = (typeof mixings)[number];

/** What mixes positions, in three kinds of network. */
export const groups = {
	skipless: {
		plain: "vanilla",
		"V-SkipInit": "value-skip-init",
		"U-SPA": "u-spa",
		"E-SPA": "e-spa",
	},
	"skipless, norms": {
		plain: "vanilla, norms",
		"V-SkipInit": "value-skip-init, norms",
		"U-SPA": "u-spa, norms",
		"E-SPA": "e-spa, norms",
	},
	"skips .98": {
		plain: "plain, skips",
		"V-SkipInit": "value-skip-init, skips",
		"U-SPA": "u-spa, skips",
		"E-SPA": "e-spa, skips",
	},
} as const satisfies Readonly<Record<string, Readonly<Record<Mixing, MethodName>>>>;

/** Other ways to build a transformer, by name in the figures. */
export const companions = {
	"Pre-LN": "pre-norm",
	SkipInit: "skip-init",
	"parallel blocks": "parallel blocks",
	SAS: "sas",
	"SAS-P, no norms": "sas-p, no norms",
	"shaped transformer": "shaped transformer",
} as const satisfies Readonly<Record<string, MethodName>>;
