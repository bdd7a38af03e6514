/** The vectors that the specification prints (§3.4): five tokens, three layers. Computed independently of this program. */
import type { AnalysisRow } from "../../study.ts";
import { eSpaPath, type Path, uSpaPath } from "./paths.ts";

interface Golden {
	readonly layer: number;
	/** Rows of A from `first` on, each as far as it is not 0. */
	readonly A: readonly (readonly number[])[];
	readonly first?: number;
	readonly D: readonly number[];
	/** One row of B = ln P. */
	readonly B?: readonly number[];
}

const d = 0.8311551308;

const exponential: readonly Golden[] = [
	{
		layer: 1,
		A: [
			[1],
			[0.5560405998, d],
			[0.3091811486, 0.4621559974, d],
			[0.1719172713, 0.256977498, 0.4621559974, d],
			[0.0955929827, 0.1428899221, 0.256977498, 0.4621559974, d],
		],
		D: [1, 1.3871957305, 1.6024922768, 1.7222058975, 1.788771531],
		B: [-1.6453880227, -1.2434128785, -0.6564989123],
	},
	{
		layer: 2,
		A: [
			[1],
			[0.2608718821, d],
			[0.1886176437, 0.1387923343, d],
			[0.136375815, 0.1003507272, 0.1387923343, d],
			[0.0986035163, 0.0725563735, 0.1003507272, 0.1387923343, d],
		],
		D: [1, 1.0920270129, 1.1585651088, 1.2066740073, 1.2414580821],
		B: [-1.8152156263, -2.1219587249, -0.3321210862],
	},
	{
		layer: 3,
		A: [
			[1],
			[0.2177824213, d],
			[0.1783051658, 0.0795439344, d],
			[0.1459839227, 0.0651250653, 0.0795439344, d],
			[0.119521527, 0.0533198938, 0.0651250653, 0.0795439344, d],
		],
		D: [1, 1.0489375521, 1.089004231, 1.1218080531, 1.1486655512],
		B: [-2.2628596602, -3.0700466545, -2.8700466545, -2.6700466545, -0.3235397003],
	},
];

const uniform: readonly Golden[] = [
	{
		layer: 1,
		first: 4,
		A: [[0.4151964524, 0.266901041, 0.1972777499, 0.1566106532, 0.8324243707]],
		D: [1, 1.3249282293, 1.5517961425, 1.7264037137, 1.8684102672],
	},
	{
		layer: 2,
		A: [
			[1],
			[0.3143335936, 0.8277315836],
			[0.288452859, 0.0953373377, 0.7947279544],
			[0.2779008914, 0.08478537, 0.0483222341, 0.7823720854],
			[0.2725586971, 0.0794431758, 0.0429800399, 0.0295549255, 0.7763682147],
		],
		D: [1, 1.1420651773, 1.1785181511, 1.1933805809, 1.200905053],
	},
	{
		layer: 3,
		A: [
			[1],
			[0.275702934, 0.7967982263],
			[0.2583609651, 0.0455144283, 0.7776391811],
			[0.2527668669, 0.0399203302, 0.0200207998, 0.7717140862],
			[0.2502644322, 0.0374178955, 0.0175183651, 0.0114134487, 0.7691085714],
		],
		D: [1, 1.0725011603, 1.0815145745, 1.0844220831, 1.0857227129],
	},
];

const tokens = 5;

export const goldenRows = (): AnalysisRow[] => [
	...compared(eSpaPath(3, 0.2), exponential),
	...compared(uSpaPath(3, 0.8), uniform),
];

function compared({ method, layers }: Path, golden: readonly Golden[]): AnalysisRow[] {
	return golden.map(({ layer: number, A, first = 0, D, B }) => {
		const layer = layers[number - 1]!;
		const matrix = layer.matrix(tokens);
		const differences = [
			...A.flatMap((row, i) => row.map((value, j) => matrix[(first + i) * tokens + j]! - value)),
			...Array.from(layer.rescaling(tokens), (value, i) => value - D[i]!),
			...(B ? Array.from(layer.biasRow(B.length - 1), (value, j) => value - B[j]!) : []),
		];
		return {
			kind: "golden",
			method,
			layer: number,
			numbers: differences.length,
			error: Math.max(...differences.map(Math.abs)),
		};
	});
}
