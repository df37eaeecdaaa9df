/** What zod found wrong, in one line a user can act on. */
import type { z } from "zod";

/** `methods[0].samples: expected a positive number; seeds: …` */
export function problemsOf(error: z.ZodError): string {
  return error.issues
    .map((issue) => {
      const path = issue.path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
      return path ? `${path.replace(/^\./, "")}: ${issue.message}` : issue.message;
    })
    .join("; ");
}
