/** The four models of the step benchmark. */
export interface Size {
	readonly work: string;
	readonly layers: number;
	readonly heads: number;
	readonly width: number;
	readonly feedForward: number;
	readonly context: number;
	readonly batch: number;
	readonly vocabulary: number;
}

export const sizes: readonly Size[] = [
	{ work: "0.14M", layers: 2, heads: 4, width: 64, feedForward: 256, context: 64, batch: 8, vocabulary: 256 },
	{ work: "0.8M", layers: 4, heads: 4, width: 128, feedForward: 512, context: 64, batch: 12, vocabulary: 65 },
	{
		work: "5M",
		layers: 4,
		heads: 4,
		width: 256,
		feedForward: 1024,
		context: 128,
		batch: 8,
		vocabulary: 4096,
	},
	{
		work: "paper",
		layers: 12,
		heads: 12,
		width: 768,
		feedForward: 512,
		context: 64,
		batch: 8,
		vocabulary: 33278,
	},
];
