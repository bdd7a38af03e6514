/** What a worker does for a page: an open training or flow. */
export interface Lab {
	play(): void;
	pause(): void;
	step(count: number): void;
	look(): void;
	/** Ends it, and frees its memory. */
	close(): Promise<void>;
}
