/**
 * What a server keeps of what it is asked. Many accept `n`, seeds and even the temperature and ignore them: a policy asks
 * once, with some twenty small requests, and says which of gleaner's guarantees are missing. What holds is that it
 * held for this prompt, now.
 */
import { CliError, messageOf } from "../core/errors.ts";
import { random } from "../core/random.ts";
import { LONGEST_WAIT_MS, withRetries } from "../http/retries.ts";
import { apiKeyFrom } from "../http/secrets.ts";
import type { Say } from "../http/waiting.ts";
import { fields, usageOf, whyNoUsage } from "./answers.ts";
import { NOTHING_SPENT, type Spending } from "./budget.ts";
import { contextIn } from "./context.ts";
import { type Fault, faultIn, faultOf } from "./faults.ts";
import { furtherFields, resolveOptions, type ServerOptions } from "./options.ts";
import { missing, ok, SAMPLING_QUESTION, type ServerCheck, samplingChecks } from "./sampling-checks.ts";
import { type ModelEntry, openTransport, type RequestBody, type Transport } from "./transport.ts";

/** Which server to probe. The rest as in ServerOptions; `timeoutMs` is 60,000 unless given. */
export type ProbeOptions = Pick<
  ServerOptions,
  "apiKeyEnv" | "timeoutMs" | "limitField" | "template" | "extra" | "say"
> & {
  /** Base URL, up to `/chat/completions`: `http://127.0.0.1:8000/v1`. */
  readonly url: string;
  /** The model to ask. Absent: the first one the server lists. */
  readonly model?: string;
};

/** What `probeServer` found out. */
export interface ServerProbe {
  /** The model that was asked; null if the server cannot be reached. */
  readonly model: string | null;
  /** One entry for each question, in the order asked. */
  readonly checks: readonly ServerCheck[];
  /** The guarantees that are missing, for the report of a run. */
  readonly notes: readonly string[];
  /** What the questions cost. */
  readonly spent: Spending;
}

const CHOICES = 3;
const RETRIES = 2;
const BACKOFF_MS = 500;

/**
 * Asks a server some twenty small requests and tells which guarantees it keeps: seeds, temperature, token ids, tool calls and
 * others. What is found held for this prompt, now. A server that cannot be reached is an answer, not an error.
 *
 * Throws CliError for options out of range, and if no model is named where the server lists none.
 */
export async function probeServer(options: ProbeOptions): Promise<ServerProbe> {
  const { url, model: named, apiKeyEnv } = options;
  const settings = resolveOptions({ timeoutMs: 60_000, ...options, urls: [url], model: named ?? "any" });
  const transport = openTransport(settings.urls[0]!, apiKeyFrom(apiKeyEnv), settings);
  let models: readonly ModelEntry[];
  try {
    models = await modelsOf(transport, settings.timeoutMs);
  } catch (error) {
    const found = (await faultOf(error)).reason;
    const checks = [missing("reachable", found, "nothing can be asked of this server")];
    return { model: null, checks, notes: notesOf(checks), spent: NOTHING_SPENT };
  }
  const model = named ?? models[0]?.id;
  if (model === undefined) throw new CliError(`server ${url}: it lists no models; name one with --model`);
  const asker = openAsker(transport, {
    model,
    limitField: settings.limitField,
    extra: furtherFields(settings),
    say: settings.say,
  });
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
  readonly say: Say | undefined;
}

function openAsker(transport: Transport, { model, limitField, extra, say }: Fixed): Asker {
  let spent = NOTHING_SPENT;
  const settings = { retries: RETRIES, backoffMs: BACKOFF_MS, draws: random("probe"), name: model, say };
  const waits = { ...settings, signal: new AbortController().signal };
  return {
    async ask({ seed, temperature, more = {} }) {
      const { prompt, maxTokens } = SAMPLING_QUESTION;
      const messages = [{ role: "user", content: prompt }];
      const body = { model, messages, temperature, seed, [limitField]: maxTokens, ...extra, ...more };
      return withRetries(waits, async () => {
        const answer = await transport.complete(body).catch(faultOf);
        const usage = usageOf(answer);
        spent = {
          ...spent,
          requests: spent.requests + 1,
          promptTokens: spent.promptTokens + (usage?.promptTokens ?? 0),
          completionTokens: spent.completionTokens + (usage?.completionTokens ?? 0),
        };
        const fault = isFault(answer) ? answer : faultIn(answer);
        if (!fault) return { result: answer };
        if (fault.kind !== "passing") throw new Error(fault.reason);
        const { reason, waitMs } = fault;
        const asked = `the server asks to wait ${Math.round(waitMs / 1000)} s, longer than ${LONGEST_WAIT_MS / 1000} s`;
        return { waitMs, giveUp: (why) => new Error(why === "no tries left" ? reason : `${reason} (${asked})`) };
      });
    },
    spent: () => spent,
  };
}

const isFault = (value: unknown): value is Fault => "reason" in fields(value) && "cost" in fields(value);

function modelCheck(models: readonly ModelEntry[], model: string): ServerCheck {
  const ids = models.map(({ id }) => id);
  if (ids.length === 0) return missing("model", "the server does not list its models", "");
  const others = ids.filter((id) => id !== model);
  if (!ids.includes(model)) {
    const note = `the server lists ${shown(ids)}, and not ${model}: which model answers is not known`;
    return missing("model", `${model}, but the server lists ${shown(ids)}`, note);
  }
  return ok("model", others.length === 0 ? model : `${model} (others: ${shown(others)})`);
}

const shown = (ids: readonly string[]) => `${ids.slice(0, 5).join(", ")}${ids.length > 5 ? " …" : ""}`;

async function answerChecks(asker: Asker): Promise<ServerCheck[]> {
  let answer: unknown;
  const say = async (sampling: Sampling) => {
    answer = await asker.ask(sampling);
    if (choicesIn(answer).length === 0) throw new Error(`it has no choices: ${JSON.stringify(answer).slice(0, 200)}`);
    return saidIn(answer);
  };
  try {
    const sampled = await samplingChecks(say);
    return [ok("answers", "yes"), usageCheck(answer), ...thoughtsCheck(answer), ...sampled, ...(await extras(asker))];
  } catch (error) {
    return [missing("answers", messageOf(error), "no usable answer, so no rollout can be made")];
  }
}

function usageCheck(answer: unknown): ServerCheck {
  const usage = usageOf(answer);
  if (usage) return ok("usage", `${usage.promptTokens} + ${usage.completionTokens} tokens`);
  const isThere = fields(fields(answer).usage).prompt_tokens !== undefined;
  return missing(
    "usage",
    isThere ? whyNoUsage(answer) : "none",
    "tokens are not reported: nothing can be counted, so every rollout fails",
  );
}

/** Only where there are some: not every model thinks. */
function thoughtsCheck(answer: unknown): ServerCheck[] {
  const { reasoning, reasoning_content } = fields(fields(choicesIn(answer)[0]).message);
  if (!reasoning && !reasoning_content) return [];
  return [ok("thoughts", "apart from the text; they are kept, and go back as reasoning_content")];
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
