/** The router of the open page. */
import { Router } from "./router.ts";

export const router = new Router(window);
