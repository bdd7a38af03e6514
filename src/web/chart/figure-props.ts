/** What `Figure.svelte` is given; its opening comment tells how to use it. */

import type { StepAxis } from "../../figure/axis.ts";
import type { Figure, FigureOptions } from "../../figure/figure.ts";
import type { Timeline } from "./timeline.ts";

export interface FigureProps<Data> {
	/** What is drawn. A new value (another object) draws again; a changed content of the same object does not. */
	readonly data: Data;
	/** Any function of `figure/`, or a closure over one; undefined where there is nothing to show. */
	readonly draw: (data: Data, options: FigureOptions) => Figure | undefined;
	/** Scale of the steps. Default `sqrt`. */
	readonly axis?: StepAxis | undefined;
	/** Whether rows were left out (`FigureOptions.isThinned`). Default false. */
	readonly isThinned?: boolean | undefined;
	/** In place of the figure's own, where a page shows it twice. */
	readonly id?: string | undefined;
	readonly title?: string | undefined;
	/** Level of its heading: 2 to 6. Default 3. */
	readonly level?: 2 | 3 | 4 | 5 | 6;
	/** Shared by figures whose cursors and play-heads move as one. Default: the page's. */
	readonly timeline?: Timeline;
	/** Whether the caption, the downloads and the data table are left out, as in a small panel. Default false. */
	readonly isPlain?: boolean;
}
