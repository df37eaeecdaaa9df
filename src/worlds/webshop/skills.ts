/** Kinds of action, for reports: each button is one, all products together are one, and so are all option values. */

const BUTTONS: ReadonlySet<string> = new Set([
  "back to search",
  "next >",
  "< prev",
  "description",
  "features",
  "reviews",
  "attributes",
  "buy now",
]);

/** `search`, `click[next >]`, `click a product`, `click an option`; `other` for what the shop does not understand. */
export function skillOf(action: string): string {
  const text = action.trim().toLowerCase();
  if (text.startsWith("search[")) return "search";
  const label = /^click\[(.*)\]$/.exec(text)?.[1];
  if (label === undefined) return "other";
  if (BUTTONS.has(label)) return `click[${label}]`;
  return /^[a-z0-9]{10}$/.test(label) && /\d/.test(label) ? "click a product" : "click an option";
}
