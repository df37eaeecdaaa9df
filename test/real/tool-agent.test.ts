/**
 * The guide on a tool agent's logs, walked to its end; then one real step of TRL on what it exported. The decoded labels are
 * the calls and answers that are stored, and nothing else.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { ToolCall } from "../../src/core/message.ts";
import { datasetOf } from "../../src/core/run.ts";
import { readSqlite } from "../../src/store/sqlite.ts";
import { guideFile, walkGuide } from "../guides.ts";
import { temporaryFolder } from "../temporary.ts";
import { ask, skip, tinyCheckpoint } from "./real.ts";

interface Step {
  readonly labels: readonly (readonly string[])[];
  readonly loss: number;
  readonly changed: boolean;
}

/** What a turn says, beside what it calls: name and arguments as values. */
interface Said {
  readonly text: string;
  readonly calls: readonly unknown[];
}

/** A learned stretch of a Qwen template: text, then each call between its tags, then the end of the turn. */
function saidIn(label: string): Said {
  assert.match(label, /<\|im_end\|>\n?$/);
  const whole = label.replace(/<\|im_end\|>\n?$/, "");
  const [text = ""] = whole.split("<tool_call>", 1);
  const calls = [...whole.matchAll(/<tool_call>\n(.*?)\n<\/tool_call>/gs)].map(([, call]) => JSON.parse(call!));
  return { text: text.trim(), calls };
}

test("a step of TRL on the guide's export learns exactly the stored calls", { skip }, async () => {
  const folder = temporaryFolder();
  await walkGuide({ guide: guideFile("tool-agent"), folder });
  const here = join(folder, "tool-agent");
  const stored = learnedIn(join(here, ".gleaner"));
  assert.equal(stored.length, 46);
  for (const template of ["qwen2_5_training.jinja", "qwen3_instruct_2507_training.jinja"]) {
    const step = ask<Step>("trl_calls_step.py", { model: tinyCheckpoint(), folder: join(here, "for-trl"), template });
    assert(step.changed && Number.isFinite(step.loss));
    assert.deepEqual(
      step.labels.map((row) => row.map(saidIn)),
      stored,
    );
  }
});

/** Of each example of the dataset "wins", the turns that are learned. */
function learnedIn(project: string): Said[][] {
  const store = readSqlite(join(project, "store.sqlite"));
  const set = store.trainingSet(datasetOf(store.run("wins")!)!.trainingSet)!;
  store.close();
  assert(set.kind === "sft");
  const callOf = ({ name, arguments: given }: ToolCall) => ({ name, arguments: JSON.parse(given) });
  return set.examples.map(({ messages }) =>
    messages
      .filter(({ weight }) => weight === 1)
      .map(({ content, toolCalls = [] }) => ({ text: content.trim(), calls: toolCalls.map(callOf) })),
  );
}
