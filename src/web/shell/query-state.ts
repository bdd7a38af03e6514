/**
 * A page's state as the query of its address. A page says once what it remembers:
 *
 *     const parameters = { filter: text(), sort: choice(["changed", "loss"]), run: list(), at: number() };
 *     const { filter, sort } = readState(parameters, query);
 *
 * What stands at its initial value is left out of the address. What cannot be read counts as not given: an address that
 * was cut or mistyped still opens.
 */

export interface Parameter<T> {
	readonly initial: T;
	/** Undefined where the texts say nothing that can be used. */
	read(texts: readonly string[]): T | undefined;
	/** As many `name=text` as the address shall have. */
	write(value: T): readonly string[];
}

export type Parameters = Readonly<Record<string, Parameter<unknown>>>;
export type StateOf<P extends Parameters> = {
	readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never;
};

const one = <T>(initial: T, read: (text: string) => T | undefined): Parameter<T> => ({
	initial,
	read: (texts) => (texts[0] === undefined ? undefined : read(texts[0])),
	write: (value) => [String(value)],
});

export const text = (initial = ""): Parameter<string> => one(initial, (value) => value);

/** One of a few words. Default: the first. */
export const choice = <const T extends string>(of: readonly T[], initial = of[0]!): Parameter<T> =>
	one<T>(initial, (value) => of.find((member) => member === value));

/** On or off: `1`, `0`. */
export const flag = (initial = false): Parameter<boolean> => ({
	...one<boolean>(initial, (value) => (value === "1" ? true : value === "0" ? false : undefined)),
	write: (value) => [value ? "1" : "0"],
});

/** A finite number, or none. */
export const number = (): Parameter<number | undefined> =>
	one<number | undefined>(undefined, (value) =>
		value.trim() !== "" && Number.isFinite(Number(value)) ? Number(value) : undefined,
	);

/** Any number of texts, each once: `run=a&run=b`. */
export const list = (initial: readonly string[] = []): Parameter<readonly string[]> => ({
	initial,
	read: (texts) => (texts.length === 0 ? undefined : [...new Set(texts.filter((each) => each !== ""))]),
	// An empty list that is not the initial one must be told from none.
	write: (value) => (value.length === 0 ? [""] : value),
});

export function readState<P extends Parameters>(parameters: P, query: URLSearchParams): StateOf<P> {
	const read = Object.entries(parameters).map(([name, parameter]) => [
		name,
		parameter.read(query.getAll(name)) ?? parameter.initial,
	]);
	return Object.fromEntries(read);
}

/** The query with some values changed, undefined ones back to their initial value; other parameters stay. */
export function writeState<P extends Parameters>(
	parameters: P,
	changes: Partial<StateOf<P>>,
	query = new URLSearchParams(),
): URLSearchParams {
	const written = new URLSearchParams(query);
	for (const [name, value] of Object.entries(changes)) {
		const parameter = parameters[name]!;
		written.delete(name);
		if (value === undefined || JSON.stringify(value) === JSON.stringify(parameter.initial)) continue;
		for (const each of parameter.write(value)) written.append(name, each);
	}
	return written;
}
