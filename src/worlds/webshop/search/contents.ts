/** What of a product can be found: the field `contents` of the original's index. */
import type { Product } from "../types.ts";

/** Title, description, first feature and all options, in lower case. */
export function contentsOf({ title, description, bullets, options }: Product): string {
  const choices = options.map(({ name, values }) => `${name}: ${values.join(", ")}`).join(", and ");
  return `${title} ${description} ${bullets[0] ?? ""} ${choices}`.toLowerCase();
}
