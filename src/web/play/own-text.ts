/** The visitor's own text: kept in this tab, so that loading the page anew finds it. */
const name = "orrery-play-text";

export const ownText = {
	read(): string {
		try {
			return sessionStorage.getItem(name) ?? "";
		} catch {
			return "";
		}
	},
	keep(text: string): void {
		try {
			// Where there is no room for this one, the one before shall not come back in its place.
			sessionStorage.removeItem(name);
			sessionStorage.setItem(name, text);
		} catch {
			// A tab that keeps nothing, or not so much, still trains on it.
		}
	},
};
