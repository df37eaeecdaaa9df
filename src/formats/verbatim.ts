/**
 * The model's own words in place of their rendering: what goes back to a server is then what the server generated, to the
 * byte, and its cache holds it; and what is learned is what was sampled. Steps of others (experts that write in another
 * format, or only act) are rendered as before.
 */
import type { Format } from "./format.ts";

/** `format`, with every completion that is written in it kept as it is. */
export function verbatim(format: Format): Format {
  return {
    ...format,
    assistant(decision) {
      const { thought, action, completion } = decision;
      if (completion === undefined || (format.marker && !completion.includes(format.marker))) {
        return format.assistant(decision);
      }
      const parsed = format.parse(completion);
      return parsed.thought === thought && parsed.action === action ? completion : format.assistant(decision);
    },
    variants: [...(format.variants ?? []), "verbatim"],
  };
}
