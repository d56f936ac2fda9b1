/** Imported before every schema: the page's policy forbids making functions from text, so the parser must not try. */
import * as z from "zod";

z.config({ jitless: true });
