/**
 * How an exported folder holds resources. Opened from a disk it can fetch nothing, so each resource is a classic script,
 * `data/` + `scriptOf(PATH)`, of one line: `gleanerData("PATH", "JSON")`. The JSON is a text within the script: as a literal it
 * would set the prototype of an object with a key `__proto__`. The folder's `index.html` says so: `<html data-exported>`.
 */

/** Longer names do not fit into every file system. */
const LONGEST = 120;

/**
 * The script's place below `data/`. No two paths share one, not even where a file system takes `A` for `a`: whatever is not a
 * small letter, a digit, `-` or `.` becomes `_` and the hexadecimal digits of its UTF-8 bytes. As an address it needs no escape.
 */
export function scriptOf(path: string): string {
  return `${path.split("/").map(nameOf).join("/")}.js`;
}

const bytes = new TextEncoder();

function nameOf(segment: string): string {
  const name = segment.replace(/^\.|[^a-z0-9.-]/gu, (character) =>
    [...bytes.encode(character)].map((byte) => `_${byte.toString(16).padStart(2, "0")}`).join(""),
  );
  // A name never ends in `_`, so a piece that does belongs to the next.
  return name.match(new RegExp(`.{1,${LONGEST}}`, "g"))?.join("_/") ?? "_";
}
