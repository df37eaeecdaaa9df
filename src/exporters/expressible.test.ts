import assert from "node:assert/strict";
import { test } from "node:test";
import { EXPORT_SETS } from "../../test/export-sets.ts";
import { trajectoryId } from "../core/ids.ts";
import type { Demonstration, TrainingSet, WeightedMessage } from "../core/training.ts";
import { expressible } from "./expressible.ts";
import { EXPORTERS, exporterNamed } from "./registry.ts";

const plain = { splitTurns: false, parquet: false };
const split = { splitTurns: true, parquet: false };

const user = (content: string): WeightedMessage => ({ role: "user", content, weight: 0 });
const masked = (content: string): WeightedMessage => ({ role: "assistant", content, weight: 0 });
const provenance = { trajectory: trajectoryId("t"), step: 0, actor: "a", reason: "r" };
const learned = (content: string): WeightedMessage => ({ role: "assistant", content, weight: 1, provenance });

function sft(...examples: readonly (readonly WeightedMessage[])[]): TrainingSet {
  return { kind: "sft", examples: examples.map((messages) => ({ source: trajectoryId("t"), messages })) };
}

const refused = (target: string, set: TrainingSet, why: RegExp, options = plain) =>
  assert.throws(() => expressible(exporterNamed(target), set, options), { name: "CliError", message: why });

const written = (target: string, set: TrainingSet, options = plain) =>
  (expressible(exporterNamed(target), set, options).set.examples as readonly Demonstration[]).map(({ messages }) =>
    messages.map(({ content, weight }) => (weight === 1 ? content.toUpperCase() : content)).join(" "),
  );

test("a set without examples, an example that learns nothing and half a surrogate pair are refused", () => {
  for (const { name, tokenizer } of EXPORTERS) {
    if (tokenizer === "needed") continue;
    refused(name, sft(), /no examples/);
    refused(name, sft([user("a"), masked("b")]), /example 0 \(trajectory t\): it learns nothing/);
    refused(name, sft([user("a\ud83d"), learned("b")]), /message 0 is no valid Unicode/);
    refused(name, sft([learned("b")]), /it begins with the assistant/);
  }
});

test("what follows the last learned message is left out", () => {
  const set = sft([user("a"), learned("b"), user("c"), masked("d"), user("e")]);
  assert.deepEqual(written("openai", set), ["a B"]);
  assert.deepEqual(written("llamafactory", set), ["a B"]);
});

test("the first example that cannot be expressed is named, with what would be lost", () => {
  const whole = [user("a"), learned("b"), user("c"), learned("d")];
  const prefix = [user("a"), masked("b"), user("c"), learned("d")];
  const middle = [user("a"), learned("b"), user("c"), masked("d"), user("e"), learned("f")];
  refused(
    "agentgym",
    sft(whole, prefix),
    /^example 1 .*it learns 1 of its 2 assistant messages; AgentGym learns every one/,
  );
  refused("llamafactory", sft(whole, prefix), /^example 1 .*--split-turns writes a row for each learned message/);
  refused(
    "trl",
    sft(prefix, middle),
    /^example 1 .*it learns 2 of its 3.*--split-turns writes a row for each learned message/,
  );
  refused("agentgym", sft(whole, prefix), /no way/, split);
});

test("LLaMA-Factory's one switch: all turns of all rows, or the last of each", () => {
  const last = [user("a"), masked("b"), user("c"), learned("d")];
  const whole = [user("a"), learned("b"), user("c"), learned("d")];
  assert.deepEqual(written("llamafactory", sft(whole, whole)), ["a B c D", "a B c D"]);
  assert.deepEqual(written("llamafactory", sft(last, [user("a"), learned("b")])), ["a b c D", "a B"]);
});

test("split rows learn each message once, in as few rows as the tool allows, and the price is told", () => {
  const set = sft([
    user("a"),
    masked("b"),
    user("c"),
    learned("d"),
    user("e"),
    learned("f"),
    user("g"),
    masked("h"),
    user("i"),
    learned("j"),
  ]);
  assert.deepEqual(written("llamafactory", set, split), ["a b c D", "a b c d e F", "a b c d e f g h i J"]);
  assert.deepEqual(written("trl", set, split), ["a b c D", "a b c d e F", "a b c d e f g h i J"]);
  assert.deepEqual(expressible(exporterNamed("trl"), set, split).cost, { examples: 1, rows: 3, reading: 20 / 10 });
  assert.equal(expressible(exporterNamed("openai"), set, split).cost, null);
});

test("roles out of turn, a system message, marks and empty turns are refused where the tool trips over them", () => {
  const twice = sft([user("a"), user("b"), learned("c")]);
  for (const target of ["together", "llamafactory", "swift", "agentgym", "eto"])
    refused(target, twice, /message 1 .*out of turn/);
  assert.deepEqual(written("openai", twice), ["a b C"]);
  const system = sft([{ role: "system", content: "s", weight: 0 }, user("a"), learned("b")]);
  for (const target of ["agentgym", "eto"]) refused(target, system, /system message, which would be lost/);
  refused("eto", sft([user("a [/INST] b"), learned("c")]), /message 0 contains "\[\/INST\]"/);
  refused("axolotl", sft([user("a"), learned(" \n")]), /message 1 is empty/);
});

test("preferences: trajectories where a tool masks the environment, answers elsewhere, masked turns only where it masks", () => {
  refused("trl", EXPORT_SETS.trajectories, /chosen side has 3 messages/);
  const [pair] = EXPORT_SETS.trajectories.examples;
  const unlearned = {
    ...pair,
    rejected: pair.rejected.map((m, i) => (i === 2 ? { ...m, role: m.role, weight: 0 as const } : m)),
  };
  const set: TrainingSet = { kind: "dpo", beta: 0.1, examples: [unlearned] };
  refused("eto", set, /message 2 of its rejected side must not be learned/);
  assert.doesNotThrow(() => expressible(exporterNamed("swift"), set, plain));
  const nothing = { ...pair, chosen: pair.chosen.map((m) => ({ ...m, weight: 0 as const })) };
  refused("swift", { kind: "dpo", beta: 0.1, examples: [nothing] }, /chosen side learns nothing/);
  for (const target of ["slime", "verl", "agentgym"]) refused(target, set, /takes demonstrations only/);
});

test("Axolotl finds an answer by its text, so one that stands before it already is refused", () => {
  const [pair] = EXPORT_SETS.answers.examples;
  const rejected = pair.rejected.map((message) => ({ ...message, content: "message" }));
  refused(
    "axolotl",
    { kind: "dpo", beta: 0.1, examples: [{ ...pair, rejected }] },
    /rejected answer "message" also occurs/,
  );
});

test("flags that a target has no use for are refused", () => {
  refused("openai", EXPORT_SETS.sft, /--parquet: openai is written as JSON/, { splitTurns: false, parquet: true });
  refused("together", EXPORT_SETS.sft, /expected --tokenizer/, { splitTurns: false, parquet: true });
  refused("together", EXPORT_SETS.answers, /--parquet: preferences/, { splitTurns: false, parquet: true });
  refused("trl-tokenized", EXPORT_SETS.sft, /expected --tokenizer/);
});
