/**
 * Writes a log of any size, for benchmarks of large imports:
 *
 *     node bench/parts/size-log.ts FILE workshop|none lines|wrapped RECORDS THOUGHT_BYTES
 *
 * `workshop`: gleaner's own rows, one action each, so that time goes into records and not into the world. `none`: chats with
 * two calls. `wrapped`: one JSON object with the records in a list.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { random } from "../../src/core/random.ts";

export const KINDS = ["workshop", "none"] as const;
export type Kind = (typeof KINDS)[number];
export interface LogSize {
  readonly kind: Kind;
  readonly isWrapped: boolean;
  readonly records: number;
  /** Characters of each record's thought, all ASCII. */
  readonly thoughtBytes: number;
}

const LETTERS = "etaoinshrdlucmfwypvbgk".split("");
/** Different words. */
const WORDS = 4_000;
/** Characters that thoughts are cut from. */
const TEXT = 2 ** 20;
const WRITTEN_AT_ONCE = 2 ** 20;

export function writeSizedLog(file: string, { kind, isWrapped, records, thoughtBytes }: LogSize): void {
  const draw = random("import-size", "bench");
  const words = Array.from({ length: WORDS }, () =>
    Array.from({ length: 1 + draw.integer(8) }, () => draw.pick(LETTERS)).join(""),
  );
  let text = "";
  while (text.length < TEXT + thoughtBytes) text += `${draw.pick(words)} `;
  const row = { workshop: workshopRow, none: chatRow }[kind];
  const output = openSync(file, "w");
  const [head, between, end] = isWrapped
    ? ['{"run": {"name": "size"},\n"records": [\n', ",\n", "\n]}\n"]
    : ["", "\n", "\n"];
  let waiting = head;
  for (let index = 0; index < records; index++) {
    const from = draw.integer(TEXT);
    const thought = text.slice(from, from + thoughtBytes);
    waiting += `${index > 0 ? between : ""}${JSON.stringify(row(index, thought))}`;
    if (waiting.length < WRITTEN_AT_ONCE) continue;
    writeSync(output, waiting);
    waiting = "";
  }
  writeSync(output, waiting + end);
  closeSync(output);
}

function workshopRow(index: number, thought: string): object {
  const task = `workshop/train/front-${1 + (index % 6)}-${index}`;
  return { task, steps: [{ action: "take saw", ...(thought !== "" && { thought }) }] };
}

function chatRow(index: number, thought: string): object {
  const call = (id: string, query: string) => ({
    ...{ role: "assistant", content: null, ...(id === "a" && thought !== "" && { reasoning_content: thought }) },
    tool_calls: [{ id, type: "function", function: { name: "find", arguments: JSON.stringify({ query }) } }],
  });
  return {
    task_id: `order-${index}`,
    reward: index % 2,
    messages: [
      { role: "user", content: `Find part ${index}.` },
      call("a", `part ${index}`),
      { role: "tool", tool_call_id: "a", content: "nothing" },
      call("b", `${index}`),
      { role: "tool", tool_call_id: "b", content: `part ${index}, shelf ${index % 97}` },
      { role: "assistant", content: `Shelf ${index % 97}.` },
    ],
  };
}

const [file, kind, form, records, thoughtBytes] = process.argv.slice(2);
if (file !== undefined && process.argv[1] === import.meta.filename) {
  const size = { records: Number(records), thoughtBytes: Number(thoughtBytes) };
  writeSizedLog(file, { kind: kind as Kind, isWrapped: form === "wrapped", ...size });
}
