/** A figure on the page, without its words: draws it in time, and ties its cursor and play-head to the timeline. */
import type { Figure, FigureOptions } from "../../figure/figure.ts";
import type { Scale } from "../../figure/time-scale.ts";
import { formatNumber } from "../../report/format-number.ts";
import { Overlay, type Reading } from "./overlay.ts";
import { Redraw } from "./redraw.ts";
import { nearest } from "./series.ts";
import type { Clock, Timeline, TimelineState } from "./timeline.ts";
import { type Stop, Walk } from "./walk.ts";

/** What the component shows. */
export interface Shown {
	readonly figure?: Figure | undefined;
	/** Drawn, and there was nothing to draw. */
	readonly isEmpty?: boolean;
	/** Beside the cursor, in the figure that has the pointer or the keyboard. */
	readonly reading?: (Reading & { readonly heading: string; readonly isLeft: boolean }) | undefined;
	/** For a screen reader. */
	readonly said?: string;
}

type Draw<Data> = (data: Data, options: FigureOptions) => Figure | undefined;

export class FigureView<Data> {
	readonly #chart: HTMLElement;
	readonly #timeline: Timeline;
	readonly #tell: (change: Shown) => void;
	readonly #redraw = new Redraw(() => this.#drawNow());
	readonly #watch: IntersectionObserver;
	readonly #end = new AbortController();
	readonly #unsubscribe: () => void;
	#isEmpty = false;
	#data: Data | undefined;
	#draw: Draw<Data> = () => undefined;
	#options: FigureOptions = {};
	#figure: Figure | undefined;
	#overlay: Overlay | undefined;
	#walk: Walk | undefined;
	#stop: Stop | undefined;
	#clock: Clock | undefined;
	/** Where the cursor is in a figure whose axis is not time. */
	#ownCursor: number | undefined;
	/** The moment of the picture that a still shows. */
	#still: number | undefined;
	#pointer: PointerEvent | undefined;
	#state: TimelineState = { clocks: [], playing: undefined };
	#frame = 0;
	#isVisible = false;

	/** `chart` is the element that takes the drawing, the pointer and the keys. */
	constructor(chart: HTMLElement, timeline: Timeline, tell: (change: Shown) => void) {
		this.#chart = chart;
		this.#timeline = timeline;
		this.#tell = tell;
		this.#watch = new IntersectionObserver(
			(entries) => {
				this.#isVisible = entries.at(-1)!.isIntersecting;
				// What takes no place is never in view.
				this.#redraw.setVisible(this.#isVisible || this.#isEmpty);
				if (this.#isVisible) this.#follow();
			},
			{ rootMargin: "400px" },
		);
		this.#watch.observe(chart);
		const { signal } = this.#end;
		chart.addEventListener("pointermove", (event) => this.#point(event), { signal });
		chart.addEventListener("pointerdown", (event) => this.#point(event), { signal });
		chart.addEventListener("pointerleave", () => this.#leave(), { signal });
		// Not at once: an element that is being taken away loses the focus too, and then nobody is to be told.
		chart.addEventListener("blur", () => queueMicrotask(() => signal.aborted || this.#leave()), { signal });
		chart.addEventListener("keydown", (event) => this.#press(event), { signal });
		this.#unsubscribe = timeline.subscribe((state) => this.#time(state));
	}

	set(data: Data, draw: Draw<Data>, options: FigureOptions): void {
		const isSame =
			data === this.#data &&
			draw === this.#draw &&
			(["axis", "isThinned", "id", "title"] as const).every((key) => options[key] === this.#options[key]);
		if (isSame) return;
		this.#data = data;
		this.#draw = draw;
		this.#options = options;
		this.#redraw.request();
	}

	/** The figure of the data that are there now. */
	latest(): Figure | undefined {
		this.#redraw.flush();
		return this.#figure;
	}

	destroy(): void {
		this.#redraw.stop();
		this.#watch.disconnect();
		this.#end.abort();
		this.#unsubscribe();
		this.#timeline.remove(this);
		cancelAnimationFrame(this.#frame);
	}

	#drawNow(): void {
		const at = this.#state.clocks.find(({ name }) => name === "step")?.head;
		const figure = this.#draw(this.#data!, { ...this.#options, ...(at !== undefined && { at }) });
		this.#figure = figure;
		this.#isEmpty = figure === undefined;
		if (this.#isEmpty) this.#redraw.setVisible(true);
		this.#overlay = figure && new Overlay(figure);
		this.#walk = figure && new Walk(figure, this.#overlay!, this.#walk);
		this.#still = figure && stillOf(figure.svg);
		this.#chart.replaceChildren(...(figure ? [paperOf(figure.svg)] : []));
		this.#tell({ figure, isEmpty: this.#isEmpty });
		const { time, places = [], x } = this.#overlay ?? {};
		if (time && x && places.length > 0) this.#timeline.register(this, time, places, x.kind);
		else this.#timeline.remove(this);
		this.#time(this.#state);
		this.#follow();
		// Who is in the figure stays there.
		if (this.#pointer) this.#point(this.#pointer);
		else if (this.#stop) {
			const stop = this.#walk?.here();
			if (stop) this.#visit(stop, false);
			else this.#leave();
		}
	}

	#time(state: TimelineState): void {
		this.#state = state;
		const { clocks } = state;
		const before = this.#clock;
		const moment = this.#figure?.svg.dataset["moment"];
		const name = moment ?? this.#overlay?.time;
		this.#clock = clocks.find((clock) => clock.name === name);
		if (moment !== undefined && before?.head !== this.#clock?.head) this.#redraw.request();
		if (before?.head !== this.#clock?.head || before?.cursor !== this.#clock?.cursor) this.#later();
	}

	/** Lines move once a frame, however often the pointer does. */
	#later(): void {
		if (!this.#isVisible || this.#frame) return;
		this.#frame = requestAnimationFrame(() => this.#follow());
	}

	#follow(): void {
		cancelAnimationFrame(this.#frame);
		this.#frame = 0;
		const overlay = this.#overlay;
		if (!overlay) return;
		overlay.show("head", overlay.time ? this.#clock?.head : undefined);
		overlay.show("cursor", overlay.time ? this.#clock?.cursor : this.#ownCursor);
		showFrame(this.#figure!.svg, this.#clock?.head ?? this.#still);
	}

	#point(event: PointerEvent): void {
		this.#pointer = event;
		const overlay = this.#overlay;
		const found = overlay?.find(event.clientX, event.clientY);
		const at = overlay && found && placeAt(overlay, found.plot.x, found.place);
		if (at === undefined) this.#leave();
		else {
			this.#put(at);
			this.#read(overlay!.read(at, found!.plot, found!.height));
		}
	}

	#put(at: number | undefined): void {
		if (this.#overlay?.time) this.#timeline.point(this.#overlay.time, at);
		else {
			this.#ownCursor = at;
			this.#later();
		}
	}

	#read(reading: Reading): void {
		const { time, column, x } = this.#overlay!;
		const name = time ?? (column === "x" ? "" : column);
		const heading = `${name} ${formatNumber(reading.at)}`.trim();
		const place = x?.place(reading.at) ?? 0;
		const isLeft = x !== undefined && place > (x.range[0] + x.range[1]) / 2;
		this.#tell({ reading: { ...reading, heading, isLeft } });
	}

	#leave(): void {
		this.#pointer = undefined;
		if (this.#stop) this.#overlay?.unmark();
		this.#stop = undefined;
		this.#put(undefined);
		this.#tell({ reading: undefined });
	}

	#press(event: KeyboardEvent): void {
		if (event.ctrlKey || event.altKey || event.metaKey || event.target !== this.#chart) return;
		if (event.key === "Enter" && this.#stop?.element) {
			const link = this.#stop.element.closest("a") ?? this.#stop.element.querySelector("a");
			link?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
		} else if (event.key === "Escape" && this.#stop) this.#leave();
		else {
			const stop = this.#walk?.press(event.key);
			if (!stop) return;
			this.#visit(stop);
		}
		event.preventDefault();
		event.stopPropagation();
	}

	#visit(stop: Stop, isSaid = true): void {
		this.#stop = stop;
		const overlay = this.#overlay!;
		if (stop.at !== undefined) {
			this.#put(stop.at);
			overlay.markPoint(stop.series!, stop.point!);
			const value = { label: stop.series!.label, value: stop.point!.value, colour: "currentColor" };
			this.#read({ at: stop.at, lines: [value], more: 0, top: overlay.topOf(stop.series!) });
		}
		if (stop.element) overlay.markElement(stop.element);
		if (isSaid) this.#tell({ said: stop.text });
	}
}

/**
 * A drawing is walked by keys and said in words; its own parts would be read out without order. Only where they are links
 * can a reader go into it.
 */
function paperOf(svg: SVGSVGElement): HTMLElement {
	const paper = document.createElement("div");
	if (svg.querySelector("a[href]"))
		for (const group of svg.querySelectorAll("g")) group.removeAttribute("aria-label");
	else paper.setAttribute("aria-hidden", "true");
	paper.append(svg);
	return paper;
}

const stillOf = (svg: SVGSVGElement): number | undefined => {
	const shown = svg.querySelector("[data-frame]:not([visibility=hidden])");
	return shown ? Number(shown.getAttribute("data-frame")) : undefined;
};

/** The point of a figure that is nearest to a place on the screen. */
function placeAt({ places }: Overlay, x: Scale, place: number): number | undefined {
	if (x.kind === "band") return x.value(place);
	const beyond = (value: number) =>
		value < x.domain[0]! ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
	return nearest(places, place, (value) => x.place(value) ?? beyond(value));
}

/** Of pictures of one moment each, the last up to a time. */
function showFrame(svg: SVGSVGElement, at: number | undefined): void {
	const frames = [...svg.querySelectorAll("[data-frame]")];
	if (at === undefined || frames.length === 0) return;
	const times = frames.map((frame) => Number(frame.getAttribute("data-frame")));
	const last = times.reduce(
		(best, time) => (time <= at * (1 + 1e-9) && time > best ? time : best),
		Math.min(...times),
	);
	for (const [i, frame] of frames.entries())
		frame.setAttribute("visibility", times[i] === last ? "visible" : "hidden");
}
