/** The exact training row of an example: its messages, its tokens, and what other tools would train of it. */
import { provenanceOf } from "../../analysis/material.ts";
import { methodSaidOf } from "../../core/run.ts";
import type { Example, WeightedMessage } from "../../core/training.ts";
import type { RoundKey } from "../api/shared.ts";
import type { Row, RowMessage, TargetSays } from "../api/transcript.ts";
import type { AskedRow, View } from "../view.ts";
import { type Looked, lookedAt } from "./looked.ts";
import { cutText } from "./texts.ts";

/** `runs/RUN/rounds/ROUND/rows/POSITION`; null: there is no such run, round or example. */
export function rowOf(view: View, run: string, key: RoundKey, position: string): Row | null {
  const asked = askedRow(view, run, key, position);
  if (!asked) return null;
  const { from, missing, rows } = view.trainedRow(asked);
  const messages = messagesOf(asked.example);
  return { position: Number(position), tokensFrom: from, missing, rows, messages, targets: view.toolNames };
}

/** `runs/RUN/rounds/ROUND/rows/POSITION/targets/TARGET`; null: there is no such run, round, example or target. */
export async function targetOf(
  view: View,
  run: string,
  key: RoundKey,
  position: string,
  target: string,
): Promise<TargetSays | null> {
  const asked = view.toolNames.includes(target) ? askedRow(view, run, key, position) : null;
  return asked && view.toolOn(target, asked);
}

function askedRow(view: View, run: string, key: RoundKey, position: string): AskedRow | null {
  const looked = lookedAt(view, run, key);
  if (!looked?.trainingSet || !/^\d+$/.test(position)) return null;
  const { repository } = view;
  const example = repository.example(looked.trainingSet, Number(position));
  if (!example) return null;
  const checkpoint = looked.round ? repository.checkpoint(looked.round.checkpoint) : undefined;
  const beta = betaOf(looked, example);
  return { run: looked.run, checkpoint, example, ...(beta !== undefined && { beta }) };
}

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
