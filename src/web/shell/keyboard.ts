/**
 * Keys of the whole page: components add what theirs do, one listener runs them, and the help dialog lists them. A key does
 * nothing while the reader types, or where the focused control has a use of its own for it. A Svelte store of the bindings.
 */
import { writable } from "svelte/store";

export interface Binding {
	/** As `KeyboardEvent.key` names them: any of these. Capital letters do not matter. */
	readonly keys: readonly string[];
	/** Only with the shift key, or only without; default: with or without. */
	readonly shift?: boolean;
	/** How the help dialog names them: `← →`. */
	readonly name: string;
	/** What they do, for the help dialog: `play or pause`. */
	readonly does: string;
	run(event: KeyboardEvent): void;
}

export class Keyboard {
	readonly #store = writable<readonly Binding[]>([]);
	#bindings: readonly Binding[] = [];

	readonly subscribe = this.#store.subscribe;

	/** Adds bindings, for as long as the function it returns is not called: `onMount(() => keyboard.add([…]))`. */
	add(bindings: readonly Binding[]): () => void {
		this.#set([...this.#bindings, ...bindings]);
		return () => this.#set(this.#bindings.filter((binding) => !bindings.includes(binding)));
	}

	/** Listens; returns how to stop. */
	listen(target: Pick<Window, "addEventListener" | "removeEventListener">): () => void {
		const onKey = (event: Event) => this.press(event as KeyboardEvent);
		target.addEventListener("keydown", onKey);
		return () => target.removeEventListener("keydown", onKey);
	}

	/** The last added binding of the key wins: a dialog's over the page's. */
	press(event: KeyboardEvent): void {
		if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
		if (hasUseFor(event.target as Element | null, event.key)) return;
		const binding = this.#bindings.findLast(
			({ keys, shift }) =>
				keys.some((key) => key.toLowerCase() === event.key.toLowerCase()) &&
				(shift ?? event.shiftKey) === event.shiftKey,
		);
		if (!binding) return;
		event.preventDefault();
		binding.run(event);
	}

	#set(bindings: readonly Binding[]): void {
		this.#bindings = bindings;
		this.#store.set(bindings);
	}
}

const typing = "textarea, select, [contenteditable]:not([contenteditable='false'])";
const pressed = "button, a[href], summary, input";
const dialogs = "dialog[open], [role='dialog']";
const walked =
	"input[type='radio'], input[type='range'], [role='slider'], [role='tab'], [role='tree'], [role='grid']";
const unwritten = ["checkbox", "radio", "range", "button", "submit", "reset", "file", "color"];

function hasUseFor(target: Element | null, key: string): boolean {
	if (!target?.closest) return false;
	if (target.closest(typing)) return true;
	if (target.matches("input") && !unwritten.includes((target as HTMLInputElement).type)) return true;
	if (target.closest(dialogs)) return true;
	if (key === " " || key === "Enter") return target.closest(pressed) !== null;
	return key.startsWith("Arrow") && target.closest(walked) !== null;
}

/** The page's own; the shell listens for it. */
export const keyboard = new Keyboard();
