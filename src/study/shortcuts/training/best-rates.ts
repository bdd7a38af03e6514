/** Each method's learning rate. */
import type { MethodName } from "../methods.ts";

/**
 * The rate of each method in `training/seeds` and `training/long`: the best of 125 steps of the laptop's network, seed 0, in
 * development. Validation loss at the end, the unigram plateau being at 3.195:
 *
 *                      1e-4    3e-4    1e-3    3e-3    1e-2
 *     pre-norm                         2.661   2.487   2.495
 *     plain, skips                     2.583   2.413   2.361
 *     e-spa, skips                     2.450   2.250   2.178
 *     sas                      3.180   2.653   2.486   3.045
 *     value-skip-init  3.034   2.651   2.668
 *     u-spa            3.310   2.889   3.048
 *     e-spa            3.315   2.915   3.122
 *     e-spa, norms             3.463   3.198   3.164
 *     vanilla          3.494   3.212
 *
 * Vanilla at 1e-3 came to 3.163 after 250 steps. E-SPA with norms and without skips stays at the plateau too.
 * The others, which only the published size trains, were not tried: they have the rate of the method most like them.
 */
export const bestRates: Readonly<Record<MethodName, number>> = {
	"pre-norm": 3e-3,
	"plain, skips": 1e-2,
	"e-spa, skips": 1e-2,
	sas: 3e-3,
	"value-skip-init": 3e-4,
	"u-spa": 3e-4,
	"e-spa": 3e-4,
	"e-spa, norms": 3e-3,
	vanilla: 1e-3,
	// As those above that are most like them.
	"parallel blocks": 3e-3,
	"query-key norm": 3e-3,
	"skip-init": 3e-3,
	"sas-p": 3e-3,
	"sas-p, no norms": 3e-3,
	"value-skip-init, skips": 1e-2,
	"u-spa, skips": 1e-2,
	"shaped transformer": 1e-2,
	"vanilla, norms": 3e-3,
	"value-skip-init, norms": 3e-3,
	"u-spa, norms": 3e-3,
};
