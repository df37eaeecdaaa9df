/**
 * What gleaner exports is read again: every message, call, thought and tool of every target of texts, verl's Parquet too. What
 * a tool has no word for is no part of it (exporters/comparable.ts).
 */
import assert from "node:assert/strict";
import { appendFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { EXPORT_SETS } from "../../../test/export-sets.ts";
import { exportable } from "../../../test/exportable.ts";
import { callSets } from "../../../test/exportable-calls.ts";
import { temporaryFolder } from "../../../test/temporary.ts";
import { CliError } from "../../core/errors.ts";
import type { Message, Tool } from "../../core/message.ts";
import type { Demonstration, TrainingSet } from "../../core/training.ts";
import { comparable } from "../../exporters/comparable.ts";
import { exportSet } from "../../exporters/export.ts";
import type { Exporter } from "../../exporters/exporter.ts";
import { expressible } from "../../exporters/expressible.ts";
import { EXPORTERS, exporterNamed } from "../../exporters/registry.ts";
import { parseJson } from "../../files/python-json.ts";
import { withoutWorld } from "../../worlds/none/index.ts";
import { recordsBy } from "../layout.ts";
import type { LoggedEpisode } from "../reader.ts";
import { READERS } from "./registry.ts";

const folder = join(temporaryFolder(), "out");
const origin = { run: "r", method: "m", trainingSet: "s" };
const options = { splitTurns: true, parquet: false };
const TEXTS = EXPORTERS.filter(({ tokenizer }) => tokenizer !== "needed");

interface Conversation {
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
}

/** Each conversation as one text: messages and tools without what is no matter of reading. */
function conversationsOf(conversations: readonly Conversation[], { expresses }: Exporter): string[] {
  return conversations
    .map(({ messages, tools }) => {
      const said = comparable(
        messages.map((message) => ({ ...message, weight: 0 as const })),
        expresses.calls,
      );
      const plain = said.map(({ role, content, reasoning, toolCalls, toolCallId }) => {
        return [role, content, reasoning ?? null, toolCalls ?? null, toolCallId ?? null];
      });
      return JSON.stringify([plain, tools]);
    })
    .sort();
}

/** The exported file with data, and the rows that it has; undefined if the target refuses the set. */
function exportedTo(exporter: Exporter, set: TrainingSet) {
  rmSync(folder, { recursive: true, force: true });
  try {
    const { manifest } = exportSet({ exporter, set, options, out: folder, origin });
    const { examples } = expressible(exporter, set, options).set;
    const { name } = manifest.files.find(({ rows }) => rows !== null)!;
    return { file: join(folder, name), examples: examples as readonly Demonstration[] };
  } catch (error) {
    if (error instanceof CliError) return undefined;
    throw error;
  }
}

async function readAgain(file: string): Promise<Conversation[]> {
  const reader = READERS.messages!({ benchmark: withoutWorld() });
  const found: Conversation[] = [];
  for await (const { text } of recordsBy(reader.read, file)) {
    const { chat } = reader.read(parseJson(text!)) as LoggedEpisode;
    found.push({ messages: chat!.messages, tools: chat!.tools ?? [] });
  }
  return found;
}

for (const exporter of TEXTS) {
  test(`${exporter.name}: what is exported is read again`, async () => {
    let [read, calling] = [0, 0];
    await fc.assert(
      fc.asyncProperty(fc.oneof(callSets, exportable), async (set) => {
        if (set.kind === "dpo") return;
        const exported = exportedTo(exporter, set);
        if (!exported) return;
        read++;
        if (exported.examples.some(({ messages }) => messages.some(({ toolCalls }) => toolCalls))) calling++;
        const wanted = exported.examples.map(({ messages, tools = [] }) => ({ messages, tools }));
        assert.deepEqual(conversationsOf(await readAgain(exported.file), exporter), conversationsOf(wanted, exporter));
      }),
      { numRuns: 40, seed: 17 },
    );
    assert(read > 0 && calling > 0 === (exporter.expresses.calls !== undefined), `${calling} of ${read} with calls`);
  });
}

test("a Parquet file is read only as it was exported", async () => {
  const example = { source: "t" as never, messages: EXPORT_SETS.whole.examples[0].messages };
  const { file } = exportedTo(exporterNamed("verl"), { kind: "sft", examples: [example] })!;
  assert.equal((await readAgain(file)).length, 1);
  appendFileSync(file, "x");
  await assert.rejects(readAgain(file), /train\.parquet: expected a Parquet file that `gleaner export` wrote/);
});
