/**
 * Where the reader is. A page of the dashboard is a name and a state, and both are the query of the address:
 *
 *     ?page=run&path=studies/norm/pre&axis=log&at=400          the list of runs has no `page`
 *
 * How a page is added: write `MyPage.svelte`, without properties, and give it a name in `dashboard/pages.ts`. Within it
 *
 *     const parameters = { path: text(), axis: choice(["sqrt", "linear", "log"]) };        // query-state.ts
 *     const view = $derived(readState(parameters, $router.query));
 *     … onchange={() => router.set(parameters, { axis: "log" })}                           the same page, another state
 *     … <a href={hrefTo("run", parameters, { path })}>                                     a plain link leads to a page
 *     <svelte:head><title>pre: Orrery</title></svelte:head>                                its heading is an <h1>
 *
 * Live entries are in `live.ts`, questions to the server in `api.ts`, keys in `keyboard.ts`. A page with figures has
 * `FigureControls.svelte` for their axis and play-head. The page is made anew for another `path`. `router`, a Svelte store, is in `page-router.ts`.
 */
import { writable } from "svelte/store";
import { type Parameters, type StateOf, writeState } from "./query-state.ts";

export interface Place {
	/** Empty for the list of runs. */
	readonly page: string;
	/** Not to be changed. */
	readonly query: URLSearchParams;
}

/** Browsers refuse more than about three changes of the address a second. */
const writeDelay = 300;

/** The address of a page in some state; what is not given is as it is initially. */
export function hrefTo<P extends Parameters>(
	page: string,
	parameters: P,
	state: Partial<StateOf<P>>,
): string {
	return hrefOf(writeState(parameters, state, new URLSearchParams(page ? { page } : {})));
}

/** Slashes are legal in a query, and easier to read than `%2F`. */
const hrefOf = (query: URLSearchParams): string => `?${query.toString().replaceAll("%2F", "/")}`;

export class Router {
	readonly #window: Window;
	readonly #store;
	#place: Place;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(window: Window) {
		this.#window = window;
		this.#place = placeOf(window.location.search);
		this.#store = writable(this.#place);
		window.addEventListener("popstate", () => {
			this.#forget();
			this.#tell(placeOf(window.location.search));
		});
		window.addEventListener("pagehide", () => this.#write());
		window.document.addEventListener("click", (event) => this.#follow(event));
	}

	get subscribe() {
		return this.#store.subscribe;
	}

	get place(): Place {
		return this.#place;
	}

	/** Another place: `back` returns from it. */
	go(href: string): void {
		this.#write();
		this.#window.history.pushState(null, "", href);
		this.#tell(placeOf(this.#window.location.search));
		this.#window.scrollTo(0, 0);
	}

	/** The same page in another state. The address follows a moment later, without a new entry in the history. */
	set<P extends Parameters>(parameters: P, changes: Partial<StateOf<P>>): void {
		const query = writeState(parameters, changes, this.#place.query);
		if (query.toString() === this.#place.query.toString()) return;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => this.#write(), writeDelay);
		this.#tell({ page: this.#place.page, query });
	}

	#tell(place: Place): void {
		this.#place = place;
		this.#store.set(place);
	}

	#forget(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
	}

	#write(): void {
		if (this.#timer === undefined) return;
		this.#forget();
		const { pathname, hash } = this.#window.location;
		const search = this.#place.query.size > 0 ? hrefOf(this.#place.query) : "";
		this.#window.history.replaceState(null, "", pathname + search + hash);
	}

	/** Links to places of this page are followed without loading it anew, those in drawings too. */
	#follow(event: MouseEvent): void {
		if (event.defaultPrevented || event.button !== 0) return;
		if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
		const link = (event.target as Element).closest("a[href]");
		if (!link || link.hasAttribute("download") || link.hasAttribute("target")) return;
		const href = link.getAttribute("href")!;
		if (!href.startsWith("?")) return;
		event.preventDefault();
		this.go(href);
	}
}

function placeOf(search: string): Place {
	const query = new URLSearchParams(search);
	return { page: query.get("page") ?? "", query };
}
