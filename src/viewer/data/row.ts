/** The exact training row of an example: its messages, its tokens, and what other tools would train of it. */
import { provenanceOf } from "../../analysis/material.ts";
import { methodSaidOf } from "../../core/run.ts";
import type { Example, WeightedMessage } from "../../core/training.ts";
import type { RoundKey } from "../api/shared.ts";
import type { Row, RowMessage } from "../api/transcript.ts";
import type { View } from "../view.ts";
import { keptByRun } from "./kept.ts";
import { type Looked, lookedAt } from "./looked.ts";
import { cutText } from "./texts.ts";

/** `runs/RUN/rounds/ROUND/rows/POSITION`; null: there is no such run, round or example. */
export async function rowOf(view: View, run: string, key: RoundKey, position: string): Promise<Row | null> {
  const looked = lookedAt(view, run, key);
  if (!looked?.trainingSet || !/^\d+$/.test(position)) return null;
  return asked(view, run, `${Number(position)} ${key}`);
}

const ROWS_KEPT = 50;

/** An example never changes, and a tool's own reader takes its time. */
const asked = keptByRun(async (view, run, path): Promise<Row | null> => {
  const [position = "", key = ""] = path.split(" ");
  const looked = lookedAt(view, run, key)!;
  const { repository } = view;
  const example = repository.example(looked.trainingSet!, Number(position));
  if (!example) return null;
  const checkpoint = looked.round ? repository.checkpoint(looked.round.checkpoint) : undefined;
  const beta = betaOf(looked, example);
  const trained = await view.trainedRow({ run: looked.run, checkpoint, example, ...(beta !== undefined && { beta }) });
  const { from, missing, rows, targets } = trained;
  return { position: Number(position), tokensFrom: from, missing, rows, messages: messagesOf(example), targets };
}, ROWS_KEPT);

/** A preference's files say it; what the tool learns of the turns does not depend on it. The config tells it. */
function betaOf({ run, round }: Looked, example: Example): number | undefined {
  if ("messages" in example || !round) return undefined;
  const { beta } = (methodSaidOf(run, round.row) ?? {}) as { readonly beta?: readonly number[] };
  return beta?.[Math.min(round.iteration, beta.length) - 1];
}

function messagesOf(example: Example): RowMessage[] {
  if ("messages" in example) return example.messages.map((message) => rowMessage("example", message));
  const context = example.prompt.map((message) => ({ ...message, weight: 0 as const }));
  return [
    ...[...context, ...example.chosen].map((message) => rowMessage("preferred", message)),
    ...[...context, ...example.rejected].map((message) => rowMessage("rejected", message)),
  ];
}

function rowMessage(side: RowMessage["side"], message: WeightedMessage): RowMessage {
  const provenance = provenanceOf(message);
  return {
    side,
    role: message.role,
    content: cutText(textOf(message)),
    learned: message.weight === 1,
    reason: provenance?.reason ?? null,
    step: provenance?.step ?? null,
  };
}

/** What is said, and what is thought and called beside it. */
function textOf({ content, reasoning, toolCalls = [] }: WeightedMessage): string {
  const calls = toolCalls.map(({ name, arguments: given }) => `${name}(${given})`);
  return [...(reasoning ? [reasoning] : []), ...(content !== "" ? [content] : []), ...calls].join("\n");
}
