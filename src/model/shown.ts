/** Values for messages. */

const LONGEST = 80;

/** A value as JSON: short, whatever it is. */
export function shown(value: unknown): string {
  const text = jsonOf(value) ?? "nothing";
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`;
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? Number(each) : each));
  } catch {
    return "something nested too deeply"; // a file's value has no circles
  }
}
