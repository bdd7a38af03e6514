/**
 * Trained attention in the plane: paths of p from all around, and the directions that they can end in.
 *
 * Distances from the centre are drawn as log(1 + distance), so that a path which runs away is a ray in the end.
 */
import * as Plot from "@observablehq/plot";
import { compose } from "./compose.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { seriesLegend, seriesScales } from "./panels.ts";

export interface PlanePath {
	/** What it ends in: gives the colour. */
	readonly choice: string;
	readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface PlaneLimit {
	readonly choice: string;
	/** Of unit length. */
	readonly x: number;
	readonly y: number;
}

export interface TokenPlane extends FigureOptions {
	readonly id: string;
	readonly title: string;
	readonly caption: string;
}

/** Undefined where there is no path. */
export function drawTokenPlane(
	paths: readonly PlanePath[],
	limits: readonly PlaneLimit[],
	options: TokenPlane,
): Figure | undefined {
	if (paths.length === 0) return undefined;
	const { id, title, caption } = options;
	const drawn = paths.flatMap(({ choice, points }, path) =>
		points.map((point) => ({ choice, path, ...shrunk(point) })),
	);
	const reach = drawn.reduce((most, { x, y }) => Math.max(most, Math.hypot(x, y)), 0);
	const choices = [...new Set([...limits, ...paths].map(({ choice }) => choice))];
	const rays = limits.map(({ choice, x, y }) => ({ choice, x: x * reach, y: y * reach }));
	const starts = paths.map(({ choice, points }) => ({ choice, ...shrunk(points[0]!) }));
	const side = 1.05 * reach;
	const size = 360;
	// Outside the starts, where there is room for their names.
	const inner = Math.max(...paths.map(({ points }) => Math.hypot(points[0]!.x, points[0]!.y)));
	const circles = [10, 100, 1000, 10_000].filter(
		(radius) => radius > 2 * inner && Math.log1p(radius) < reach,
	);
	const svg = compose(
		{
			id,
			title,
			caption,
			legend: seriesLegend(choices.map((choice) => `tokens ${choice}`)),
			plots: [
				{
					// As wide as high: directions are what is shown.
					height: size,
					marginLeft: 40,
					marginRight: 40,
					marginTop: 8,
					marginBottom: 8,
					x: { domain: [-side, side], axis: null },
					y: { domain: [(-side * (size - 16)) / size, (side * (size - 16)) / size], axis: null },
					...seriesScales(choices),
					marks: [
						...circles.map((radius) =>
							Plot.line(circle(Math.log1p(radius)), {
								x: "x",
								y: "y",
								stroke: "currentColor",
								strokeOpacity: 0.2,
							}),
						),
						Plot.text(circles, {
							x: (radius) => Math.log1p(radius) * Math.SQRT1_2,
							y: (radius) => -Math.log1p(radius) * Math.SQRT1_2,
							text: (radius) => `‖p‖ = ${radius}`,
							fill: "currentColor",
							fillOpacity: 0.7,
							textAnchor: "start",
							dx: 3,
							dy: 6,
						}),
						Plot.link(rays, {
							x1: 0,
							y1: 0,
							x2: "x",
							y2: "y",
							stroke: "choice",
							strokeWidth: 7,
							strokeOpacity: 0.25,
						}),
						Plot.line(drawn, { x: "x", y: "y", z: "path", stroke: "choice", strokeWidth: 1.2 }),
						Plot.dot(starts, { x: "x", y: "y", fill: "choice", symbol: "choice", r: 3, stroke: "none" }),
					],
				},
			],
		},
		options,
	);
	const rows = paths.flatMap(({ choice, points }, path) =>
		points.map((point) => ({ choice, path, x: point.x, y: point.y })),
	);
	return { id, title, caption, svg, rows };
}

function shrunk({ x, y }: { readonly x: number; readonly y: number }): { x: number; y: number } {
	const distance = Math.hypot(x, y);
	const factor = distance === 0 ? 0 : Math.log1p(distance) / distance;
	return { x: x * factor, y: y * factor };
}

const circle = (radius: number): { x: number; y: number }[] =>
	Array.from({ length: 97 }, (_, i) => ({
		x: radius * Math.cos((2 * Math.PI * i) / 96),
		y: radius * Math.sin((2 * Math.PI * i) / 96),
	}));
