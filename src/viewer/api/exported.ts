/**
 * How an exported folder holds resources. Opened from a disk it can fetch nothing, so resources come as classic scripts,
 * `data/` + `scriptOf(PATH)`, of one line: `gleanerData("SCRIPT", "BASE64")`. That is gzip of the UTF-8 of a JSON list of
 * `[PATH, RESOURCE]`. Text of a trajectory is never code, and what one trajectory has in several rounds is compressed together:
 * it is nearly the same. The folder's `index.html` says that it is one: `<html data-exported>`.
 */

/** Longer names do not fit into every file system. */
const LONGEST = 120;
/** Rows of a training set that share a script. */
const ROWS = 50;

/**
 * The script's place below `data/`. What shares one is looked at together: a trajectory's transcripts and decisions in every round,
 * an expert run's trunks, a trajectory's long texts, some rows. Otherwise no two paths share one, not even where a file system takes
 * `A` for `a`: whatever is not a small letter, a digit, `-` or `.` becomes `_` and the hexadecimal digits of its UTF-8 bytes. As an
 * address it needs no escape.
 */
export function scriptOf(path: string): string {
  return `${groupOf(path).map(nameOf).join("/")}.js`;
}

function groupOf(path: string): readonly string[] {
  const segments = path.split("/");
  const [kind, run = "", rounds, , what, which = ""] = segments;
  if (kind === "texts" && segments.length > 2) return ["texts", run];
  if (kind !== "runs" || rounds !== "rounds" || segments.length < 6) return segments;
  if (what === "trajectories" || what === "decisions") return ["runs", run, "trajectories", which];
  if (what === "trunk") return ["runs", run, "trunk", which];
  if (what === "rows") return [...segments.slice(0, 5), String(Math.floor(Number(which) / ROWS))];
  return segments;
}

const bytes = new TextEncoder();

function nameOf(segment: string): string {
  const name = segment.replace(/^\.|[^a-z0-9.-]/gu, (character) =>
    [...bytes.encode(character)].map((byte) => `_${byte.toString(16).padStart(2, "0")}`).join(""),
  );
  // A name never ends in `_`, so a piece that does belongs to the next.
  return name.match(new RegExp(`.{1,${LONGEST}}`, "g"))?.join("_/") ?? "_";
}
