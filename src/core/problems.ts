/** What a schema found wrong, in one line a user can act on. */

/** What zod's errors say. Named here by its shape, since core depends on no library. */
interface SchemaError {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

/** `methods[0].samples: expected a positive number; seeds: …` */
export function problemsOf(error: SchemaError): string {
  return error.issues
    .map(({ path, message }) => {
      const place = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
      return place ? `${place.replace(/^\./, "")}: ${message}` : message;
    })
    .join("; ");
}
