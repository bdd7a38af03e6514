/**
 * When a figure is drawn: at once where it is in view, in idle time the first time where it is not (so that a page has
 * its height), and after that only while it is in view, with pauses that leave the page four fifths of its time.
 */
export class Redraw {
	readonly #draw: () => void;
	readonly #idle: (work: () => void) => void;
	#isVisible = false;
	#isWanted = false;
	#isDrawn = false;
	#isOver = false;
	#timer: ReturnType<typeof setTimeout> | undefined;
	/** When the next drawing may begin. */
	#next = 0;

	constructor(draw: () => void, idle = whenIdle) {
		this.#draw = draw;
		this.#idle = idle;
	}

	/** Something has changed. */
	request(): void {
		this.#isWanted = true;
		if (this.#isVisible) this.#plan();
		else if (!this.#isDrawn) this.#idle(() => this.#isVisible || this.#run());
	}

	/** Whether the figure is in view, or so near that it soon may be. */
	setVisible(isVisible: boolean): void {
		this.#isVisible = isVisible;
		if (isVisible && this.#isWanted) this.#plan();
	}

	/** Draws now if anything has changed: before a download. */
	flush(): void {
		this.#run();
	}

	stop(): void {
		this.#isOver = true;
		clearTimeout(this.#timer);
	}

	#plan(): void {
		if (this.#timer !== undefined) return;
		this.#timer = setTimeout(() => this.#run(), Math.max(0, this.#next - performance.now()));
	}

	#run(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		if (this.#isOver || !this.#isWanted) return;
		this.#isWanted = false;
		this.#isDrawn = true;
		const begin = performance.now();
		this.#draw();
		const end = performance.now();
		this.#next = end + Math.max(200, 4 * (end - begin));
	}
}

const whenIdle = (work: () => void): void => {
	// Safari has no idle callbacks.
	if (typeof requestIdleCallback === "function") requestIdleCallback(work, { timeout: 3000 });
	else setTimeout(work, 200);
};
