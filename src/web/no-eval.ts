/** The pages' policy lets no program be made of text, which zod else tries. Imported before any schema is made. */
import { config } from "zod";

config({ jitless: true });
