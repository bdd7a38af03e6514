/** Questions to the server (`server/api-types.ts`): a JSON answer, or an error whose message is a sentence for the reader. */
import type { Failure } from "../../server/api-types.ts";

export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** The address of a question: `api/metrics?run=a&run=b`. Undefined values are left out. */
export function apiUrl(question: string, query: Query = {}): string {
	const written = new URLSearchParams();
	for (const [name, value] of Object.entries(query))
		if (value !== undefined)
			for (const each of typeof value === "object" ? value : [value]) written.append(name, String(each));
	return written.size > 0 ? `api/${question}?${written}` : `api/${question}`;
}

export async function ask<Answer>(
	question: string,
	query?: Query,
	options: RequestInit = {},
): Promise<Answer> {
	const response = await fetch(apiUrl(question, query), options).catch((error) => {
		if ((error as Error).name === "AbortError") throw error;
		throw new Error("The server does not answer. Is `orrery serve` still running?");
	});
	const answer: unknown = await response.json().catch(() => undefined);
	if (response.ok && answer !== undefined) return answer as Answer;
	const said = (answer as Failure | undefined)?.error;
	throw new Error(
		said ?? `The server answered ${response.status} ${response.statusText} to \`${question}\`.`,
	);
}
