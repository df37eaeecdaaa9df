/**
 * Addresses. Each view has one behind `#`, so that a link to what is on the screen works on a server and in an exported folder:
 * `#/runs/RUN/expert?round=0.1.1&kind=go`. Names in it are encoded with `encodeURIComponent`.
 */

/** What is behind the question mark: each name once. */
export type Query = Readonly<Record<string, string>>;

export interface Route {
  /** Decoded. */
  readonly segments: readonly string[];
  readonly query: Query;
}

/** A value that is not there leaves the address without it. */
export type QueryChange = Readonly<Record<string, string | number | null | undefined>>;

/** What `hash` (`location.hash`) asks for. */
export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  return {
    segments: path.split("/").filter(Boolean).map(decoded),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** The address of a view. */
export function addressOf(segments: readonly string[], query: QueryChange = {}): string {
  const said = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const behind = said.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value!)}`).join("&");
  return `#/${segments.map(encodeURIComponent).join("/")}${behind && `?${behind}`}`;
}

/** A list within one segment: `diff/ID,ID`. Commas and per cent signs of the items are encoded once more. */
export const listed = (items: readonly string[]): string =>
  items.map((item) => item.replace(/[%,]/g, encodeURIComponent)).join(",");

/** The items of a decoded segment that `listed` made. */
export const itemsOf = (segment: string): string[] => segment.split(",").filter(Boolean).map(decoded);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
