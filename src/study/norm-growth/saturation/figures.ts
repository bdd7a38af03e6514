/** The drawings of the part, of the runs of seed 0. */
import type { Figure, FigureOptions, Row } from "../../../figure/figure.ts";
import { drawNetworkPredictions } from "../../../figure/network-predictions.ts";
import { drawSaturationControls } from "../../../figure/saturation-controls.ts";
import { saturationRows } from "./claims.ts";

const factor = 1000;

export function saturationFigures(rows: readonly Row[], options: FigureOptions): Figure[] {
	const own = saturationRows(rows).filter((row) => !/-seed-\d+$/.test(String(row["model"])));
	const whole = own.filter((row) => row["layer"] === undefined);
	const trained = whole.filter((row) => row["network"] === "trained");
	const panelOf = (model: unknown): string => {
		const loss = trained.find((row) => row["model"] === model)?.["loss"];
		return typeof loss === "number" ? `${model} (trained: loss ${loss.toFixed(2)} nats)` : String(model);
	};
	const figures = [
		drawSaturationControls(
			own
				.filter((row) => row["layer"] !== undefined)
				.map((row) => ({
					panel: panelOf(row["model"]),
					network: String(row["network"]),
					layer: row["layer"] as number,
					layerName: String(row["layerName"]),
					mean: row["finite/mean"] as number,
					low: row["finite/q10"] as number,
					high: row["finite/q90"] as number,
					limit: row["limit/mean"] as number,
				})),
			{
				...options,
				factor,
				id: "saturation-controls",
				title: "Saturation by layer: is it training, norm or structure?",
				caption:
					`Cosine of each layer's states at θ with those at ${factor}·θ (§4.1): a symbol is the mean over validation tokens, a ` +
					"bar reaches from the lowest to the highest tenth of them. The ring is the same cosine with the saturated network " +
					`itself: where it sits on the symbol, c = ${factor} stands for the limit. Initial is the run's random ` +
					"initialisation; rescaled has the trained encoder norm, rescaled tensors the trained norm of every tensor, and " +
					"neither has the structure. If training only made parameters larger, rescaled would lie on trained.",
			},
		),
		drawNetworkPredictions(
			trained.flatMap((row) => {
				const run = String(row["model"]);
				return [
					{
						run,
						network: "as trained",
						loss: row["loss"] as number,
						accuracy: row["accuracy"] as number,
					},
					{
						run,
						network: "hard attention",
						loss: row["hard/loss"] as number,
						accuracy: row["hard/accuracy"] as number,
					},
					{ run, network: "saturated", accuracy: row["saturated/accuracy"] as number },
				];
			}),
			{
				...options,
				id: "saturated-predictions",
				title: "What saturating a trained network costs",
				caption:
					"The same parameters as trained, with hard attention in place of softmax, and as the saturated network, which " +
					"besides keeps only the terms that grow fastest (no biases of linear maps; in post no residual connections, in pre no " +
					"embeddings). The logits of the saturated network have a direction and no scale: it has no loss.",
			},
		),
	];
	return figures.filter((figure) => figure !== undefined);
}
