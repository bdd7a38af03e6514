/** Requests to a local server with path and headers exactly as given; `fetch` would tidy them. */
import { request } from "node:http";

export interface Answer {
	readonly status: number;
	readonly body: string;
	readonly headers: NodeJS.Dict<string | string[]>;
}

export const ask = (
	port: number,
	path: string,
	headers: Record<string, string> = {},
	method = "GET",
): Promise<Answer> =>
	new Promise((done, fail) => {
		const call = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
			let body = "";
			response.on("data", (part) => {
				body += part;
			});
			response.on("end", () => done({ status: response.statusCode!, body, headers: response.headers }));
		});
		call.on("error", fail);
		call.end();
	});
