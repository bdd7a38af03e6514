/** Who may ask: this machine's user, through pages of this server. */
import { createMiddleware } from "hono/factory";

/** Refuses requests that name another host, or that another site's page sends in the background. */
export const onlyFromHere = createMiddleware(async (context, next) => {
	const host = context.req.header("host") ?? "";
	if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(host))
		return context.json({ error: "Expected the host to be 127.0.0.1 or localhost." }, 403);
	const foreign = { error: "Expected the request to come from this server's own pages." };
	const origin = context.req.header("origin");
	if (origin !== undefined && origin !== `http://${host}`) return context.json(foreign, 403);
	const reads = context.req.method === "GET" || context.req.method === "HEAD";
	// A browser names the origin of every request that is no reading.
	if (!reads && origin === undefined) return context.json(foreign, 403);
	const site = context.req.header("sec-fetch-site");
	const isLink = reads && context.req.header("sec-fetch-mode") === "navigate";
	if ((site === "cross-site" || site === "same-site") && !isLink) return context.json(foreign, 403);
	await next();
});
