/** Figures of the report on pretrained models, out of what was measured of them. */
import { type CurvePoint, drawCurves } from "../figure/curves.ts";
import type { Figure, FigureOptions } from "../figure/figure.ts";
import { drawHeadHistogram } from "../figure/head-histogram.ts";
import { drawHeadScatter } from "../figure/head-scatter.ts";
import { seriesColours } from "../figure/palette.ts";
import { drawLikenessByLayer, drawSaturationByLayer } from "../figure/saturation-by-layer.ts";
import type { HeadRow } from "../pretrained/heads.ts";
import type { ModelSaturation } from "../pretrained/model-saturation.ts";
import { classBounds, headClasses } from "../probe/head-class.ts";

/** A panel's name: the model, and which of its stacks if it has two. */
const panelOf = ({ name, rows }: ModelSaturation, stack: string): string =>
	rows.some((row) => row.stack !== stack) ? `${name} ${stack}` : name;

export function layerFigures(models: readonly ModelSaturation[], options: FigureOptions): Figure[] {
	const states = models.flatMap((model) =>
		model.rows.map(({ stack, network, seed, layer, saturation, similarity }) => ({
			panel: panelOf(model, stack),
			network,
			seed,
			layer,
			saturation,
			similarity,
		})),
	);
	const published = models.flatMap((model) =>
		model.published ? [{ ...model.published, panel: panelOf(model, model.published.stack) }] : [],
	);
	return [
		drawSaturationByLayer(states, published, options),
		drawTogether(models, options),
		drawLikenessByLayer(states, options),
	].filter((figure) => figure !== undefined);
}

/** The paper's way: all models in one picture, pretrained above and random below. */
function drawTogether(models: readonly ModelSaturation[], options: FigureOptions): Figure | undefined {
	const points = models.flatMap((model) =>
		model.rows
			.filter(({ saturation, layer }) => layer > 0 && Number.isFinite(saturation))
			.map(
				({ stack, network, seed = 0, layer, saturation }): CurvePoint => ({
					panel: network === "pretrained" ? "pretrained" : "random",
					series: panelOf(model, stack),
					curve: seed,
					x: layer,
					y: saturation,
				}),
			),
	);
	const lines = new Set(points.map(({ series }) => series)).size;
	// One alone is the figure above; more than there are colours cannot be told apart.
	if (lines < 2 || lines > seriesColours.length) return undefined;
	return drawCurves(points, {
		...options,
		id: "saturation-together",
		title: "Saturation of all models",
		caption:
			"The form of the paper's Fig. 2: a line a model, by layer from the first block on; below, the random initialisations. " +
			"The encoder and the decoder of one model are two lines.",
		x: { label: "blocks passed →" },
		y: { label: "↑ cosine", domain: [Math.min(-0.1, ...points.map(({ y }) => y)), 1] },
	});
}

const attentions = { encoder: "", decoder: " decoder", cross: " decoder to encoder" } as const;
const nameOf = (model: ModelSaturation, { attention }: HeadRow): string =>
	attention === "encoder" ? panelOf(model, "encoder") : `${model.name}${attentions[attention]}`;

export function headFigures(models: readonly ModelSaturation[], options: FigureOptions): Figure[] {
	const heads = models.flatMap((model) =>
		model.heads
			.filter(
				({ effectiveShare, positions }) => Number.isFinite(effectiveShare) && Number.isFinite(positions),
			)
			.map((head) => ({ ...head, run: nameOf(model, head), model })),
	);
	const scaled = heads.filter(({ view }) => view === "scaled");
	const counts = scaled.map(({ run, layer, head, positions, causal, model }) => ({
		run,
		mask: causal ? "causal" : "no",
		layer: layer + 1,
		head: head + 1,
		positions,
		mark: available(model.lengths, causal),
		markLabel: "all that are available, mean",
	}));
	const points = heads
		.filter(({ view }) => view === "soft")
		.flatMap((soft) => {
			const limit = scaled.find(
				(row) => row.run === soft.run && row.layer === soft.layer && row.head === soft.head,
			);
			return limit
				? [
						{
							run: soft.run,
							mask: soft.causal ? "causal" : "no",
							layer: soft.layer + 1,
							head: soft.head + 1,
							class: soft.class,
							effectiveShare: soft.effectiveShare,
							positions: limit.positions,
						},
					]
				: [];
		});
	const shares = heads.map(
		({ run, view, layer, effectiveShare, positionsShare }): CurvePoint => ({
			panel: run,
			series: view === "soft" ? "as trained: effective positions" : "times c: positions attended",
			x: layer + 1,
			y: view === "soft" ? effectiveShare : positionsShare,
		}),
	);
	return [
		drawCurves(shares, {
			...options,
			id: "heads-by-layer",
			title: "How wide heads look, by layer",
			caption:
				"A dot a head, mean over queries: the share of the positions available that it attends to, 0 is one position and 1 is " +
				"all. As trained by the effective positions exp(entropy); with all parameters times c by weights above 1e-5.",
			x: { label: "block →" },
			y: { label: "↑ share of positions", domain: [0, 1] },
			scattered: true,
			height: 150,
		}),
		drawHeadHistogram(counts, {
			...options,
			title: "Positions attended by each head with all parameters times c",
			caption:
				"The form of the paper's Fig. 3: weights above 1e-5, mean over queries. Scores of different states are never exactly " +
				"equal, so heads of a network with a right mask stand near one position.",
		}),
		drawHeadScatter(points, {
			...options,
			classes: headClasses,
			bounds: Object.values(classBounds),
			caption:
				"One symbol a head. To the right: attention is spread over more of the available positions. Upwards: more positions " +
				"are attended to with all parameters times c.",
		}),
	].filter((figure) => figure !== undefined);
}

/** Mean over queries of how many positions there are to attend to. */
function available(lengths: readonly number[], causal: boolean): number {
	const tokens = lengths.reduce((a, b) => a + b, 0);
	return (
		lengths.reduce((sum, length) => sum + (causal ? (length * (length + 1)) / 2 : length ** 2), 0) / tokens
	);
}

/** At most this many curves in a panel: layers spread over the depth. */
const mostCurves = 5;

export function homogeneityFigures(models: readonly ModelSaturation[], options: FigureOptions): Figure[] {
	const curves: CurvePoint[] = [];
	const degrees: CurvePoint[] = [];
	/** More stacks than colours: a panel each. */
	const apart =
		new Set(models.flatMap((model) => model.homogeneity.map(({ stack }) => panelOf(model, stack)))).size >
		seriesColours.length;
	for (const model of models)
		for (const stack of new Set(model.homogeneity.map((row) => row.stack))) {
			const rows = model.homogeneity.filter((row) => row.stack === stack);
			const layers = [...new Set(rows.map(({ layer }) => layer))].filter((layer) => layer > 0);
			const every = Math.ceil(layers.length / mostCurves);
			const panel = panelOf(model, stack);
			// From the last one backwards: the last state is what the paper draws.
			const wanted = layers.filter((_, i) => (layers.length - 1 - i) % every === 0);
			for (const { layer, state, c, distance } of rows)
				if (wanted.includes(layer) && Number.isFinite(distance))
					curves.push({
						panel,
						series: state === "final_norm" ? "after the final norm" : `after block ${layer}`,
						x: c,
						y: distance,
					});
			for (const layer of [0, ...layers]) {
				const { degree } = rows.find((row) => row.layer === layer)!;
				if (Number.isFinite(degree))
					degrees.push({ panel: apart ? panel : "", series: apart ? "degree" : panel, x: layer, y: degree });
			}
		}
	return [
		drawCurves(curves, {
			...options,
			id: "homogeneity",
			title: "How states settle as all parameters grow",
			caption:
				"1 − cosine between the states at c·θ and at the largest c, passages as one vector, a few of middle length. A straight " +
				"line falls as a power of c, as biases and skips let it; a curve that bends down falls exponentially, as softmax does.",
			x: { label: "factor c on all parameters →", scale: "log" },
			y: { label: "↑ 1 − cosine", scale: "log" },
			height: 180,
		}),
		drawCurves(degrees, {
			...options,
			id: "degrees",
			title: "Degree of each state in c",
			caption:
				"log(‖h(c₂θ)‖/‖h(c₁θ)‖)/log(c₂/c₁) at the largest c: 1 for embeddings and after a normalisation with gain; the stream " +
				"of a pre-norm model has the degree of its sublayers.",
			x: { label: "blocks passed (0: embeddings) →" },
			y: { label: "↑ degree", domain: [0, Math.ceil(Math.max(1, ...degrees.map(({ y }) => y)) + 0.2)] },
		}),
	].filter((figure) => figure !== undefined);
}

/** Cosines of the traps that need runs of their own, by layer: what is right solid, what one gets dashed. */
export function trapFigures(models: readonly ModelSaturation[], options: FigureOptions): Figure[] {
	const styles = ["right", "trapped"] as const;
	const names = { dropout: "dropout in a random model", skips: "with against without skips" } as const;
	const points = models.flatMap((model) =>
		model.traps.flatMap(({ trap, stack, layer, ...cosines }) =>
			([cosines.right, cosines.wrong] as const).flatMap((y, i): CurvePoint[] =>
				Number.isFinite(y)
					? [{ panel: panelOf(model, stack), series: names[trap], style: styles[i]!, x: layer, y }]
					: [],
			),
		),
	);
	const figure = drawCurves(points, {
		...options,
		id: "traps",
		title: "Two traps by layer",
		caption:
			"Dropout: saturation of a random model with dropout off (solid) and left on (dashed). Skips: cosine between the states " +
			"with and without residual connections, at θ (solid) and at c·θ (dashed): where it is 1, the limit has no skips.",
		x: { label: "blocks passed (0: embeddings) →" },
		y: { label: "↑ cosine", domain: [Math.min(-0.1, ...points.map(({ y }) => y)), 1] },
		styles,
		height: 170,
	});
	return figure ? [figure] : [];
}
