/**
 * The workshop in few tokens. An order is six words, `-` for a stage that it does not need; an observation is the
 * tray's tools or one word; an action is already short enough.
 */
import type { CompactRendering } from "../../core/environment.ts";
import { ACCEPTED, DONE, NOTHING, placeIn, REFUSED, RUINED, START } from "./texts.ts";
import { orderIn, type Words } from "./words.ts";

const SHORT: ReadonlyMap<string, string> = new Map([
  [START, ""],
  [DONE, "done"],
  [NOTHING, "nothing"],
  [RUINED, "ruined"],
  [ACCEPTED, "done"],
  [REFUSED, "ruined"],
]);

export function compactRendering(words: Words): CompactRendering {
  return {
    instruction: (task) =>
      orderIn(task.instruction, words)
        .map((word) => word ?? "-")
        .join(" "),
    observation(text) {
      const place = placeIn(text);
      if (place) return place.tray.join(" ") || "empty";
      return SHORT.get(text) ?? text;
    },
    action: (action) => action,
    parse: (compact) => compact,
  };
}
