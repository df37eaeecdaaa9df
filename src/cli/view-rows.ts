/**
 * The exact training row of an example, for the viewer: by the student's own tokenizer, or by the ids that the model told; and what
 * another tool would train of it.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../core/errors.ts";
import type { TrajectoryId } from "../core/ids.ts";
import type { Run } from "../core/run.ts";
import { tokenIdsAt } from "../core/token-ids.ts";
import type { Checkpoint, Example, WeightedMessage } from "../core/training.ts";
import { toolNames, toolOn } from "../exporters/one-example.ts";
import { weightedTokens } from "../formats/tokens.ts";
import { loadTokenizer } from "../model/tokenizer.ts";
import { saidKind } from "../students/kinds.ts";
import { studentOfRun } from "../students/places.ts";
import type { Sampling } from "../students/student.ts";
import { type ChatTokenizer, openTokenizerWith } from "../tokenizers/chat-tokenizer.ts";
import { CONTEXT, type LabelledTokens } from "../tokenizers/labels.ts";
import type { TrainedRow, View } from "../viewer/view.ts";
import type { Project } from "./project.ts";

type Rows = Pick<View, "trainedRow" | "toolNames" | "toolOn">;

export function rowsIn(project: Pick<Project, "folder" | "repository">): Rows {
  const open = newOpener();
  return {
    trainedRow: (asked) => tokensOf(project, asked, open),
    toolNames: toolNames(),
    toolOn(target, { beta, ...asked }) {
      const tokenizer = () => chatTokenizerOf(project, asked, open);
      return toolOn(target, asked.example, { tokenizer, ...(beta !== undefined && { beta }) });
    },
  };
}

interface Asked {
  readonly run: Run;
  readonly checkpoint: Checkpoint | undefined;
  readonly example: Example;
}

type Open = (folder: string, run: Run) => ChatTokenizer;

/** Opening a large tokenizer takes longer than using it, so the last one is kept as long as its folder stays as it is. */
function newOpener(): Open {
  let last: { readonly state: string; readonly tokenizer: ChatTokenizer } | undefined;
  return (folder, { config }) => {
    const { student } = config as { readonly student?: Pick<Sampling, "template"> };
    const files = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mtimeMs]);
    const state = JSON.stringify([folder, student?.template, files]);
    if (last?.state !== state) last = { state, tokenizer: openTokenizerWith(folder, student?.template) };
    return last.tokenizer;
  };
}

function tokensOf(project: Pick<Project, "folder" | "repository">, asked: Asked, open: Open): TrainedRow {
  const { run, checkpoint, example } = asked;
  if (!checkpoint) return byIds(project, asked, "nothing was trained: the run has no student");
  const folder = tokenizerFolder(project.folder, run, checkpoint);
  if (folder === null)
    return byIds(project, asked, `the folder of checkpoint ${checkpoint.id} is gone, or the student is hosted`);
  const from = `tokenizer of ${checkpoint.id}`;
  try {
    const rows = isEmbedded(run) ? embeddedRows(folder, example) : chatRows(open(folder, run), example);
    return { from, missing: null, rows };
  } catch (error) {
    return byIds(project, asked, messageOf(error));
  }
}

const isEmbedded = ({ config }: Run) => saidKind(config) === "embedded";

/** undefined where there is none that works on the example: the row says why. */
function chatTokenizerOf(
  { folder: project }: Pick<Project, "folder">,
  { run, checkpoint, example }: Asked,
  open: Open,
): ChatTokenizer | undefined {
  const folder = checkpoint && !isEmbedded(run) ? tokenizerFolder(project, run, checkpoint) : null;
  if (folder === null) return undefined;
  try {
    const tokenizer = open(folder, run);
    chatRows(tokenizer, example);
    return tokenizer;
  } catch {
    return undefined;
  }
}

/** The checkpoint's own folder, or where the run's student keeps its tokenizer on this machine; null: nowhere. */
function tokenizerFolder(project: string, run: Run, { at }: Checkpoint): string | null {
  const { student = {} } = run.config as { readonly student?: Readonly<Record<string, unknown>> };
  const kept = studentOfRun(project, run.name, student);
  const places = [at.kind === "folder" ? join(project, at.path) : undefined, kept.tokenizer, kept.checkpoint];
  const found = places.find((place) => typeof place === "string" && existsSync(join(place, "tokenizer.json")));
  return (found as string | undefined) ?? null;
}

type Side = TrainedRow["rows"][number]["side"];

/** The conversations that an example is trained as. */
function sidesOf(example: Example): { readonly side: Side; readonly messages: readonly WeightedMessage[] }[] {
  if ("messages" in example) return [{ side: "example", messages: example.messages }];
  const context = example.prompt.map((message) => ({ ...message, weight: 0 as const }));
  return [
    { side: "preferred", messages: [...context, ...example.chosen] },
    { side: "rejected", messages: [...context, ...example.rejected] },
  ];
}

function embeddedRows(folder: string, example: Example): TrainedRow["rows"] {
  const tokenizer = loadTokenizer(folder);
  const names = namesIn(folder);
  return sidesOf(example).map(({ side, messages }) => {
    const { tokens, weights } = weightedTokens(messages, tokenizer);
    return {
      side,
      tokens: tokens.map((id, at) => ({ id, text: names.get(id) ?? "", learned: weights[at]! > 0 })),
    };
  });
}

const MARK = "▁";

/** What each token of an embedded student stands for. A byte alone is shown by its number. */
function namesIn(folder: string): ReadonlyMap<number, string> {
  const { model } = JSON.parse(readFileSync(join(folder, "tokenizer.json"), "utf8")) as {
    readonly model: { readonly vocab: Readonly<Record<string, number>> };
  };
  const shown = (name: string) => {
    const byte = /^<0x([0-9A-F]{2})>$/.exec(name)?.[1];
    if (byte === undefined) return name.startsWith(MARK) ? ` ${name.slice(MARK.length)}` : name;
    const code = Number.parseInt(byte, 16);
    return code > 0x20 && code < 0x7f ? String.fromCharCode(code) : `\\x${byte}`;
  };
  return new Map(Object.entries(model.vocab).map(([name, id]) => [id, shown(name)]));
}

function chatRows(tokenizer: ChatTokenizer, example: Example): TrainedRow["rows"] {
  if ("messages" in example)
    return tokenizer.demonstration(example).rows.map((row) => chatRow(tokenizer, "example", row));
  const { chosen, rejected } = tokenizer.preference(example);
  return [chatRow(tokenizer, "preferred", chosen), chatRow(tokenizer, "rejected", rejected)];
}

/** A character that is written in several tokens is shown in the last of them. */
function chatRow(
  { decode }: ChatTokenizer,
  side: Side,
  { inputIds, labels }: LabelledTokens,
): TrainedRow["rows"][number] {
  return {
    side,
    tokens: inputIds.map((id, at) => ({ id, text: decode([id]), learned: labels[at] !== CONTEXT })),
  };
}

/** What the model read and wrote at each learned step, where it told; `why` nothing better is there. */
function byIds({ repository }: Pick<Project, "repository">, { example }: Asked, why: string): TrainedRow {
  const rows = sidesOf(example).map(({ side, messages }) => {
    const learned = messages.flatMap((message) => (message.weight === 1 ? [message.provenance] : []));
    const steps = learned[0] && repository.trajectory(learned[0].trajectory as TrajectoryId)?.steps;
    const told = learned.map(({ step }) => (steps ? tokenIdsAt(steps, step) : null));
    return told.every((ids) => ids !== null) && told.length > 0 ? { side, told } : null;
  });
  if (rows.some((row) => row === null)) return { from: null, missing: why, rows: [] };
  return {
    from: "token ids as the model wrote them",
    missing: null,
    rows: rows.flatMap((row) => rowsOfIds(row!.told).map((tokens) => ({ side: row!.side, tokens }))),
  };
}

type Told = { readonly prompt: readonly number[]; readonly completion: readonly number[] };

/** A step whose prompt begins with what was read and written before goes on in one row; others begin a new one. */
function rowsOfIds(told: readonly Told[]) {
  const rows: { readonly ids: readonly number[]; readonly learned: readonly boolean[] }[] = [];
  for (const { prompt, completion } of told) {
    const last = rows.at(-1);
    const goesOn = last?.ids.every((id, at) => id === prompt[at]) ?? false;
    const before = goesOn ? rows.pop()! : { ids: [], learned: [] };
    const read = prompt.slice(before.ids.length);
    rows.push({
      ids: [...before.ids, ...read, ...completion],
      learned: [...before.learned, ...read.map(() => false), ...completion.map(() => true)],
    });
  }
  return rows.map(({ ids, learned }) => ids.map((id, at) => ({ id, text: `#${id}`, learned: learned[at]! })));
}
