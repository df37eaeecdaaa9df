/**
 * What a server keeps of what it is asked. Many accept `n`, seeds and even the temperature and ignore them: a policy asks
 * once, with some twenty small requests, and says which of gleaner's guarantees are missing. What holds is that it
 * held for this prompt, now.
 */
import { CliError, messageOf } from "../../core/errors.ts";
import { fields, usageOf } from "./answers.ts";
import { NOTHING_SPENT, type Spending } from "./budget.ts";
import { contextIn } from "./context.ts";
import { type Fault, faultIn, faultOf } from "./faults.ts";
import { apiKeyFrom, resolveOptions, type ServerOptions } from "./options.ts";
import { pause } from "./pace.ts";
import { type ModelEntry, openTransport, type RequestBody, type Transport } from "./transport.ts";

export type ProbeOptions = Pick<ServerOptions, "apiKeyEnv" | "timeoutMs" | "limitField" | "extra"> & {
  /** Up to `/chat/completions`. */
  readonly url: string;
  /** Absent: the first one the server lists. */
  readonly model?: string;
};

export interface ServerCheck {
  readonly what: string;
  readonly state: "ok" | "missing";
  readonly found: string;
  /** What a run on this server cannot promise because of it; "" if nothing is lost. */
  readonly note: string;
}

export interface ServerProbe {
  /** null if the server cannot be reached. */
  readonly model: string | null;
  readonly checks: readonly ServerCheck[];
  /** The guarantees that are missing, for the report of a run. */
  readonly notes: readonly string[];
  readonly spent: Spending;
}

const QUESTION = "Write twelve words that come to mind, in any language, each on its own line.";
const MAX_TOKENS = 24;
const SEEDS = [1, 2, 3, 4];
const CHOICES = 3;
const TRIES = 3;
const PATIENCE_MS = 2_000;

/** Throws CliError for options out of range, and if no model is named where the server lists none. */
export async function probeServer(options: ProbeOptions): Promise<ServerProbe> {
  const { url, model: named, apiKeyEnv } = options;
  const settings = resolveOptions({ timeoutMs: 60_000, ...options, urls: [url], model: named ?? "any" });
  const transport = openTransport(settings.urls[0]!, apiKeyFrom(apiKeyEnv), settings);
  let models: readonly ModelEntry[];
  try {
    models = await modelsOf(transport, settings.timeoutMs);
  } catch (error) {
    const found = faultOf(error).reason;
    const checks = [missing("reachable", found, "nothing can be asked of this server")];
    return { model: null, checks, notes: notesOf(checks), spent: NOTHING_SPENT };
  }
  const model = named ?? models[0]?.id;
  if (model === undefined) throw new CliError(`server ${url}: it lists no models; name one with --model`);
  const asker = openAsker(transport, { model, limitField: settings.limitField, extra: settings.extra });
  const checks = [
    ok("reachable", url),
    modelCheck(models, model),
    ...(await answerChecks(asker)),
    contextCheck(contextIn(models, model)),
  ];
  return { model, checks, notes: notesOf(checks), spent: asker.spent() };
}

/** A server that does not list its models (an error, a hub's empty cache) is there all the same. */
async function modelsOf(transport: Transport, timeoutMs: number): Promise<readonly ModelEntry[]> {
  try {
    return await transport.models(timeoutMs);
  } catch (error) {
    if ((error as { status?: unknown }).status !== undefined) return [];
    throw error;
  }
}

const notesOf = (checks: readonly ServerCheck[]) => checks.map(({ note }) => note).filter((note) => note !== "");
const ok = (what: string, found: string): ServerCheck => ({ what, state: "ok", found, note: "" });
const missing = (what: string, found: string, note: string): ServerCheck => ({ what, state: "missing", found, note });

interface Sampling {
  readonly seed: number;
  readonly temperature: number;
  /** More fields of the request. */
  readonly more?: RequestBody;
}

interface Asker {
  ask(sampling: Sampling): Promise<unknown>;
  spent(): Spending;
}

interface Fixed {
  readonly model: string;
  readonly limitField: string;
  readonly extra: RequestBody;
}

function openAsker(transport: Transport, { model, limitField, extra }: Fixed): Asker {
  let spent = NOTHING_SPENT;
  return {
    async ask({ seed, temperature, more = {} }) {
      const messages = [{ role: "user", content: QUESTION }];
      const body = { model, messages, temperature, seed, [limitField]: MAX_TOKENS, ...extra, ...more };
      for (let attempt = 1; ; attempt++) {
        const answer = await transport.complete(body).catch(faultOf);
        const usage = usageOf(answer);
        spent = {
          ...spent,
          requests: spent.requests + 1,
          promptTokens: spent.promptTokens + (usage?.promptTokens ?? 0),
          completionTokens: spent.completionTokens + (usage?.completionTokens ?? 0),
        };
        const fault = isFault(answer) ? answer : faultIn(answer);
        if (!fault) return answer;
        if (fault.kind !== "passing" || attempt === TRIES) throw new Error(fault.reason);
        await pause(Math.max(fault.waitMs ?? 0, PATIENCE_MS / 4), AbortSignal.timeout(600_000));
      }
    },
    spent: () => spent,
  };
}

const isFault = (value: unknown): value is Fault => "reason" in fields(value) && "cost" in fields(value);

function modelCheck(models: readonly ModelEntry[], model: string): ServerCheck {
  const ids = models.map(({ id }) => id);
  if (ids.length === 0) return missing("model", "the server does not list its models", "");
  const others = ids.filter((id) => id !== model);
  if (!ids.includes(model)) return missing("model", `${model} is not among ${shown(ids)}`, "");
  return ok("model", others.length === 0 ? model : `${model} (others: ${shown(others)})`);
}

const shown = (ids: readonly string[]) => `${ids.slice(0, 5).join(", ")}${ids.length > 5 ? " …" : ""}`;

async function answerChecks(asker: Asker): Promise<ServerCheck[]> {
  let first: unknown;
  try {
    first = await asker.ask({ seed: SEEDS[0]!, temperature: 1 });
  } catch (error) {
    return [missing("answers", messageOf(error), "the server does not answer: no rollout can be made")];
  }
  return [ok("answers", "yes"), usageCheck(first), ...(await samplingChecks(asker, first)), ...(await extras(asker))];
}

function usageCheck(answer: unknown): ServerCheck {
  const usage = usageOf(answer);
  if (usage) return ok("usage", `${usage.promptTokens} + ${usage.completionTokens} tokens`);
  return missing("usage", "none", "tokens are not reported: nothing can be counted, so every rollout fails");
}

/** Everything the model said, thoughts included. */
function saidIn(answer: unknown): string {
  const [choice] = choicesIn(answer);
  const { content, reasoning, reasoning_content } = fields(fields(choice).message);
  return JSON.stringify([content, reasoning, reasoning_content]);
}

function choicesIn(answer: unknown): readonly unknown[] {
  const { choices } = fields(answer);
  return Array.isArray(choices) ? choices : [];
}

async function samplingChecks(asker: Asker, first: unknown): Promise<ServerCheck[]> {
  const say = async (seed: number, temperature: number) => saidIn(await asker.ask({ seed, temperature }));
  const sampled = [saidIn(first)];
  for (const seed of SEEDS.slice(1)) sampled.push(await say(seed, 1));
  const again = await say(SEEDS[0]!, 1);
  const greedy = [await say(1, 0), await say(2, 0)];
  // All at once, as rollouts ask.
  const together = await Promise.all([...SEEDS.map((seed) => say(seed, 1)), say(1, 0), say(2, 0)]);
  const isSame = together.every((text, index) => text === [...sampled, ...greedy][index]);
  const varied = new Set(sampled).size;
  const isGreedy = greedy[0] === greedy[1];
  const found = `${varied} text${varied === 1 ? "" : "s"} of ${SEEDS.length} seeds at temperature 1`;
  return [
    varied > 1 ? ok("seeds differ", found) : missing("seeds differ", found, SAME_TEXT),
    seedCheck({ isRepeated: again === sampled[0], isSame, isSampled: varied > 1 }),
    temperatureCheck(isGreedy, varied > 1),
  ];
}

const SAME_TEXT =
  "temperature or seeds are ignored (or the model is sure of every word): several rollouts of a task are one and the same";

function seedCheck(found: { readonly isRepeated: boolean; readonly isSame: boolean; readonly isSampled: boolean }) {
  const what = "equal seeds agree";
  if (!found.isRepeated) {
    const note = "seeds are ignored: a repeated run gives other rollouts; stored ones are kept";
    return missing(what, "no: the same request gave another text", note);
  }
  if (!found.isSame) {
    const note = "seeds hold only for one request at a time: a repeated run gives other rollouts; stored ones are kept";
    return missing(what, "alone yes, side by side no", note);
  }
  return ok(what, found.isSampled ? "yes, alone and side by side" : "yes, but so do all others");
}

function temperatureCheck(isGreedy: boolean, isSampled: boolean): ServerCheck {
  const what = "temperature";
  if (isGreedy && isSampled) return ok(what, "0 is greedy, 1 samples");
  if (isGreedy) return missing(what, "1 gives what 0 gives", "");
  const note = "temperature 0 is not greedy: an evaluation that is repeated gives other results";
  return missing(what, "0 gives several texts", note);
}

/** What only some servers offer; nothing but token ids is of use to gleaner. */
async function extras(asker: Asker): Promise<ServerCheck[]> {
  const offered = async (more: RequestBody, look: (answer: unknown) => boolean | string) => {
    try {
      return look(await asker.ask({ seed: 1, temperature: 1, more }));
    } catch (error) {
      return `refused: ${messageOf(error).slice(0, 80)}`;
    }
  };
  const count = await offered({ n: CHOICES }, (answer) => `${choicesIn(answer).length} of ${CHOICES}`);
  const ids = await offered({ return_token_ids: true }, (answer) => {
    return Array.isArray(fields(choicesIn(answer)[0]).token_ids) && Array.isArray(fields(answer).prompt_token_ids);
  });
  const logprobs = await offered({ logprobs: true }, (answer) => {
    return Array.isArray(fields(fields(choicesIn(answer)[0]).logprobs).content);
  });
  const check = (what: string, found: boolean | string, note: string): ServerCheck => {
    const text = typeof found === "string" ? found : found ? "yes" : "not returned";
    return found === true || found === `${CHOICES} of ${CHOICES}` ? ok(what, text) : missing(what, text, note);
  };
  return [
    check("several choices (n)", count, ""),
    check("token ids", ids, "token ids are not returned: texts are tokenised again for training"),
    check("logprobs", logprobs, ""),
  ];
}

function contextCheck(contextTokens: number | undefined): ServerCheck {
  if (contextTokens !== undefined) return ok("context length", `${contextTokens} tokens`);
  const note = "the context length is not known: an episode goes on until the server refuses, and some never do";
  return missing("context length", "not told", note);
}
