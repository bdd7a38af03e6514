/**
 * Norms of single tensors, or of their gradients, of one run: curves where they are few; where they are many a heat map of
 * how far each has come from its first value, a row a tensor.
 */
import { type Figure, type FigureOptions, type Row, runsOf } from "./figure.ts";
import { drawHeatMap } from "./heat-map.ts";
import { seriesColours } from "./palette.ts";
import { drawPanels } from "./panels.ts";

export interface TensorsOptions extends FigureOptions {
	/** Keys are `param/<tensor>.norm` or `grad/<tensor>.norm`. */
	readonly panel: "param" | "grad";
}

/** As many as there are colours. */
const mostCurves = seriesColours.length;
/** More rows would be higher than a screen. */
export const mostTensors = 48;

const of = {
	param: { symbol: "θ", name: "tensors" },
	grad: { symbol: "∇L", name: "gradients, tensor by tensor" },
} as const;

/** The rows of the first run alone. Undefined if no row holds the norm of a tensor. */
export function drawTensors(all: readonly Row[], options: TensorsOptions): Figure | undefined {
	const { panel, ...given } = options;
	const [run] = runsOf(all);
	const rows = all.filter((row) => row.run === run);
	const tensors = tensorsOf(rows, panel);
	if (tensors.length === 0) return undefined;
	const { symbol, name } = of[panel];
	if (tensors.length <= mostCurves) {
		const curves = tensors.flatMap((tensor) =>
			rows.flatMap(({ step, [`${panel}/${tensor}.norm`]: norm }): Row[] =>
				typeof norm === "number" ? [{ run: tensor, step, norm }] : [],
			),
		);
		return drawPanels(curves, [{ key: "norm", label: `↑ ‖${symbol}‖ of the tensor`, height: 260 }], {
			id: `tensors-${panel}`,
			title: `Norms of ${name}`,
			caption: "A curve a tensor, named by its key.",
			...given,
		});
	}
	const shown = tensors.slice(0, mostTensors);
	const more = tensors.length - shown.length;
	return drawHeatMap(asLayers(rows, shown, panel), {
		id: `tensors-${panel}`,
		title: `Norms of ${name}, against their first value`,
		caption: `A row a tensor: log₂ of its norm over that at the first measured step; 1 is twice as long, −1 half.${
			more > 0
				? ` The first ${mostTensors} of ${tensors.length} tensors; a narrower filter shows others.`
				: ""
		} ${mostCurves} tensors or fewer are drawn as curves.`,
		quantity: `log₂(‖${symbol}‖ / ‖${symbol}₀‖)`,
		...given,
		prefix: "tensor",
		layerName: (i) => shortened(shown[shown.length - 1 - i]!),
		named: { what: "tensor", room: 24 + 6 * Math.max(...shown.map((tensor) => shortened(tensor).length)) },
	});
}

/** In the order of their first row. */
function tensorsOf(rows: readonly Row[], panel: string): string[] {
	const keys = new Set(rows.flatMap((row) => Object.keys(row)));
	const pattern = new RegExp(`^${panel}/(.+)\\.norm$`);
	return [...keys].flatMap((key) => pattern.exec(key)?.[1] ?? []).sort(byNumber.compare);
}

/** `blocks.2` before `blocks.10`. */
const byNumber = new Intl.Collator("en", { numeric: true });

/** The first tensor on top, as it is in a list. At a step without a value of a tensor, as thinned rows have, the one before holds. */
function asLayers(rows: readonly Row[], tensors: readonly string[], panel: string): Row[] {
	const first = new Map<string, number>();
	const layers: Record<string, number> = {};
	return rows.map(({ run, step, ...values }) => {
		for (const [i, tensor] of tensors.entries()) {
			const norm = values[`${panel}/${tensor}.norm`];
			if (typeof norm !== "number" || norm === 0) continue;
			if (!first.has(tensor)) first.set(tensor, norm);
			layers[`tensor.${tensors.length - 1 - i}`] = Math.log2(norm / first.get(tensor)!);
		}
		return { run, step, ...layers };
	});
}

/** Its end tells a tensor from its neighbours. */
const longest = 26;
const shortened = (name: string): string =>
	name.length <= longest ? name : `${name.slice(0, 9)}…${name.slice(-(longest - 10))}`;
