/** How large each preset is. */
export type Size = "smoke" | "laptop" | "paper";

export interface GallerySize {
	/** Networks, data sets and starts. */
	readonly seeds: number;
	/** Layer scales of the escape times, per depth. */
	readonly scales: number;
	/** How far p is followed: the length of its path. */
	readonly length: number;
	/** The same of the two factors of a matrix, whose product grows with its square. */
	readonly factoredLength: number;
}

export const sizes: Readonly<Record<Size, GallerySize>> = {
	smoke: { seeds: 2, scales: 4, length: 1000, factoredLength: 60 },
	laptop: { seeds: 6, scales: 7, length: 3000, factoredLength: 150 },
	paper: { seeds: 20, scales: 9, length: 10_000, factoredLength: 300 },
};
