/**
 * A formal language as a deterministic machine that reads a string symbol by symbol, perhaps with infinitely many
 * states (a counter, a stack).
 *
 * The machine is *trim*: `after` is undefined as soon as no member begins so. What may follow a prefix is therefore
 * read off its state: each symbol with a successor, and the end of the string if the state accepts. That set is what
 * Bhattamishra, Ahuja and Goyal (EMNLP 2020) train a network to predict after each symbol.
 *
 * Members are drawn exactly: c(q, n), the number of ways to finish a string in n more symbols from state q, gives each
 * next symbol its probability c(q', n − 1) / c(q, n), so that all members of one length are equally likely.
 */

/**
 * How hard a language is for a transformer, after Bhattamishra et al. §6 and §7. `counter`: not regular, recognised
 * by counting; `star-free`: regular, and definable without a star but with complements; `periodic`: regular and not
 * star-free, so that something must be counted modulo a number.
 */
export type Family = "counter" | "star-free" | "periodic";

/** A trim deterministic machine. Symbols are numbers, the places in `alphabet`. */
export interface Machine<State = unknown> {
	/** As in a configuration: `dyck-1`. */
	readonly name: string;
	/** As it is called: `Dyck-1`, `(aa)*`. */
	readonly title: string;
	/** Its members, in a few words. */
	readonly definition: string;
	readonly family: Family;
	/** The symbols, one character each. */
	readonly alphabet: string;
	readonly begin: State;
	/** The state after one more symbol; undefined if no member goes on so. */
	after(state: State, symbol: number): State | undefined;
	/** Whether a string that leads here is a member. */
	accepts(state: State): boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: each language has states of its own, which only it looks into.
export interface Language<State = any> extends Machine<State> {
	/** The number of members of this length. */
	count(length: number): number;
	/** One of the members of this length, each equally likely; `random` gives numbers in [0, 1). There must be one. */
	sample(length: number, random: () => number): number[];
}

interface Node<State> {
	readonly state: State;
	/** By symbol. */
	next?: (Node<State> | undefined)[];
	/** By number of symbols: the ways to finish. */
	readonly counts: number[];
}

/** A machine with its members counted, for machines that reach few states; `key` tells states apart. */
export function counted<State>(
	machine: Machine<State>,
	key: (state: State) => string = String,
): Language<State> {
	const nodes = new Map<string, Node<State>>();
	const nodeOf = (state: State): Node<State> => {
		const name = key(state);
		const node = nodes.get(name) ?? { state, counts: [] };
		nodes.set(name, node);
		return node;
	};
	const successors = (node: Node<State>) => {
		node.next ??= Array.from(machine.alphabet, (_, symbol) => {
			const state = machine.after(node.state, symbol);
			return state === undefined ? undefined : nodeOf(state);
		});
		return node.next;
	};
	const ways = (node: Node<State>, length: number): number => {
		node.counts[length] ??=
			length === 0
				? Number(machine.accepts(node.state))
				: successors(node).reduce((sum, next) => sum + (next ? ways(next, length - 1) : 0), 0);
		return node.counts[length];
	};
	const begin = nodeOf(machine.begin);
	return {
		...machine,
		count: (length) => ways(begin, length),
		sample(length, random) {
			const word: number[] = [];
			let node = begin;
			for (let left = length; left > 0; left--) {
				const next = successors(node);
				const symbol = choose(
					next.map((to) => (to ? ways(to, left - 1) : 0)),
					random,
				);
				word.push(symbol);
				node = next[symbol]!;
			}
			return word;
		},
	};
}

/** An index with a probability in proportion to its weight; one with weight 0 is never chosen. */
export function choose(weights: readonly number[], random: () => number): number {
	let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
	let chosen = -1;
	for (let i = 0; i < weights.length; i++) {
		if (weights[i]! === 0) continue;
		chosen = i;
		left -= weights[i]!;
		if (left < 0) break;
	}
	return chosen;
}

/** The states after 0, 1, …, n symbols. Throws if no member begins so. */
export function statesOf<State>(language: Machine<State>, word: ArrayLike<number>): State[] {
	const states = [language.begin];
	for (let i = 0; i < word.length; i++) {
		const state = language.after(states[i]!, word[i]!);
		if (state === undefined)
			throw new Error(`${language.name} has no member with this prefix: ${Array.from(word)}`);
		states.push(state);
	}
	return states;
}

/** Whether `text` is a member; characters that are not of the alphabet make it none. */
export function isMember<State>(language: Machine<State>, text: string): boolean {
	let state: State | undefined = language.begin;
	for (const character of text) {
		const symbol = language.alphabet.indexOf(character);
		state = symbol < 0 ? undefined : language.after(state, symbol);
		if (state === undefined) return false;
	}
	return language.accepts(state);
}

/** What may follow in `state`: 1 or 0 for each symbol, and at last for the end of the string. */
export function validSet<State>(language: Machine<State>, state: State): number[] {
	const symbols = Array.from(language.alphabet, (_, symbol) =>
		Number(language.after(state, symbol) !== undefined),
	);
	return [...symbols, Number(language.accepts(state))];
}
