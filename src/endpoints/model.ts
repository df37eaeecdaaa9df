/**
 * Any OpenAI-compatible server as a language model. One request is one chat completion, tried again where trying again
 * helps, within limits by concurrency, by the minute and by budgets. It knows no environment and keeps no episode: what
 * stops a run and what fails one rollout is told apart by the error (`StopError`, `PolicyError`, `ContextFullError`).
 */
import { setMaxListeners } from "node:events";
import pLimit from "p-limit";
import { PolicyError, StopError } from "../core/errors.ts";
import { type Completion, type CompletionRequest, ContextFullError, type LanguageModel } from "../core/policy.ts";
import { random } from "../core/random.ts";
import { chatMessage, chatTool } from "../formats/chat-message.ts";
import { LONGEST_WAIT_MS, type Try, withRetries } from "../http/retries.ts";
import { apiKeyFrom } from "../http/secrets.ts";
import { seldom } from "../http/waiting.ts";
import { readAnswer, usageOf } from "./answers.ts";
import { type Cost, openLedger, type Spending } from "./budget.ts";
import { contextIn, contextMemory, mostTokens, usualTokens } from "./context.ts";
import { type Fault, faultIn, faultOf } from "./faults.ts";
import { furtherFields, resolveOptions, type ServerOptions, type ServerSettings } from "./options.ts";
import { openPace } from "./pace.ts";
import { routeOf } from "./routing.ts";
import { openTransport, type RequestBody } from "./transport.ts";

/** A language model behind a server. Made by `serverModel`. */
export interface ServerModel extends LanguageModel {
  /** What the run has spent so far. */
  spent(): Spending;
}

/** Whether a server is there at all is asked with little patience. */
const LOOK_MS = 5_000;
type PassingFault = Extract<Fault, { kind: "passing" }>;

/**
 * A model behind any OpenAI-compatible server (`/chat/completions`), within limits by concurrency, by the minute and by
 * budgets; what fails in passing is tried again.
 *
 * Throws CliError for options out of range and a key that is not there; nothing is sent yet. A completion throws StopError
 * when the budget is spent, or the server is gone or refuses the key; else as any LanguageModel.
 */
export function serverModel(options: ServerOptions): ServerModel {
  const settings = resolveOptions(options);
  const { urls, concurrency, requestsPerMinute, tokensPerMinute, retries, prices } = settings;
  const apiKey = apiKeyFrom(settings.apiKeyEnv);
  const servers = urls.map((url) => openTransport(url, apiKey, settings));
  const say = seldom(settings.say);
  const stop = new AbortController();
  // Everything that waits listens.
  setMaxListeners(0, stop.signal);
  const slots = pLimit(concurrency);
  const requestPace = openPace(requestsPerMinute, stop.signal);
  const tokenPace = openPace(tokensPerMinute, stop.signal);
  const ledger = openLedger({
    budget: settings.budget,
    prices,
    before: settings.spent,
    onSpent: (error) => stop.abort(error),
  });
  const memory = contextMemory();
  let hasAnswered = (settings.spent.requests ?? 0) > 0;
  let contextTokens = settings.contextTokens;
  let lookedUp: Promise<void> | undefined;

  async function lookUpContext(): Promise<void> {
    if (contextTokens !== undefined) return;
    for (const server of servers) {
      const models = await server.models(Math.min(LOOK_MS, settings.timeoutMs)).catch(() => []);
      contextTokens ??= contextIn(models, settings.model);
    }
  }

  async function complete(request: CompletionRequest): Promise<Completion> {
    if (request.choices) {
      const advice = "a server's answers cannot be restricted to the listed actions; set restrict to false";
      throw new StopError("server", `${settings.name}: ${advice}`);
    }
    await expectRoom(request);
    return slots(() => completeWithRetries(request));
  }

  async function expectRoom({ messages, maxTokens }: CompletionRequest): Promise<void> {
    // Asked once, when the first request comes.
    lookedUp ??= lookUpContext();
    await lookedUp;
    const full = contextTokens === undefined ? undefined : fullContext(memory.atLeast(messages), maxTokens);
    if (full) throw errorOf({ ...full, cost: "nothing" });
  }

  /** The rule of `context.ts`; undefined if there is room. */
  function fullContext(promptTokens: number, maxTokens: number) {
    if (contextTokens === undefined || promptTokens + maxTokens <= contextTokens) return undefined;
    const reason = `a prompt of at least ${promptTokens} tokens and ${maxTokens} more do not fit into ${contextTokens}`;
    return { kind: "context full", reason } as const;
  }

  async function completeWithRetries(request: CompletionRequest): Promise<Completion> {
    const body = bodyOf(request, settings);
    const route = routeOf(urls, request.session ?? String(request.seed));
    const draws = random("backoff", request.seed);
    let unreachable = 0;
    const { backoffMs } = settings;
    const waits = { retries, backoffMs, draws, signal: stop.signal, name: settings.name, say };
    return withRetries(waits, async (): Promise<Try<Completion>> => {
      const tried = await attemptOnce(route[unreachable % route.length]!, request, body);
      if (tried.kind === "completion") return { result: tried.completion };
      if (tried.kind !== "passing") throw errorOf(tried);
      if (tried.isUnreachable) unreachable += 1;
      return {
        waitMs: tried.waitMs,
        giveUp: (why) => (why === "no tries left" ? errorAfterRetries(tried) : errorOf(tooLongAWait(tried))),
      };
    });
  }

  function tooLongAWait({ reason, cost, waitMs }: PassingFault): Exclude<Fault, PassingFault> {
    const asked = `the server asks to wait ${Math.round(waitMs / 1000)} s, longer than ${LONGEST_WAIT_MS / 1000} s`;
    return { kind: "refused", reason: `${reason} (${asked})`, cost };
  }

  type Attempt = { readonly kind: "completion"; readonly completion: Completion } | Fault;

  async function attemptOnce(server: number, request: CompletionRequest, body: RequestBody): Promise<Attempt> {
    const expectedTokens = usualTokens(request);
    await requestPace.take(1);
    await tokenPace.take(expectedTokens);
    const admission = await ledger.admit(mostTokens(request));
    let cost: Cost = "unknown";
    try {
      const answer = await servers[server]!.complete(body);
      const fault = faultIn(answer);
      const usage = usageOf(answer);
      cost = usage ?? fault?.cost ?? "unknown";
      return fault ?? readCompletion(answer, request, cost);
    } catch (error) {
      const fault = await faultOf(error);
      cost = fault.cost;
      return fault;
    } finally {
      admission.settle(cost);
      const used = typeof cost === "string" ? 0 : cost.promptTokens + cost.completionTokens;
      if (cost !== "unknown") tokenPace.correct(used - expectedTokens);
    }
  }

  function readCompletion(body: unknown, request: CompletionRequest, cost: Cost): Attempt {
    const { messages, maxTokens, tools } = request;
    const answer = readAnswer(body, { ...settings, maxTokens, hasTools: tools !== undefined });
    hasAnswered = true;
    if (answer.kind !== "completion") return { ...answer, cost };
    const { text, toolCalls, usage } = answer.completion;
    const full = fullContext(usage.promptTokens, maxTokens);
    if (full) return { ...full, cost };
    // How a call goes back is not known here.
    if (contextTokens !== undefined && !toolCalls) {
      // Most templates drop earlier thoughts, so only the prompt is sure to come again.
      const { reasoning } = answer.completion;
      const tokens = usage.promptTokens + (reasoning ? 0 : usage.completionTokens);
      memory.remember([...messages, { role: "assistant", content: text, ...(reasoning && { reasoning }) }], tokens);
    }
    return { kind: "completion", completion: answer.completion };
  }

  function errorOf(fault: Exclude<Fault, PassingFault>): Error {
    const reason = `${settings.name}: ${fault.reason}`;
    if (fault.kind === "context full") return new ContextFullError(reason);
    // Refused before anything was ever answered: every episode of the run would fail the same way.
    const isHopeless = fault.kind === "refused" || (fault.kind === "rejected" && !hasAnswered);
    return isHopeless ? new StopError("server", reason) : new PolicyError(reason);
  }

  /** The request's fault if the server is there for others; else nothing can go on. */
  async function errorAfterRetries(fault: PassingFault): Promise<Error> {
    const reason = `${settings.name}: ${fault.reason} (${retries + 1} attempts)`;
    if (fault.isRateLimit || !(await isAlive())) return new StopError("server", reason);
    return new PolicyError(reason);
  }

  /** Any answer counts, also one that says it has no list of models. */
  async function isAlive(): Promise<boolean> {
    const looks = servers.map((server) =>
      server.models(Math.min(LOOK_MS, settings.timeoutMs)).then(
        () => true,
        (error) => (error as { status?: unknown }).status !== undefined,
      ),
    );
    return (await Promise.all(looks)).includes(true);
  }

  return {
    name: settings.name,
    complete,
    spent: () => ledger.spent(),
    async close() {
      stop.abort(new StopError("server", "the model was closed"));
    },
  };
}

/** Equal requests are equal bytes, and a longer conversation begins with the bytes of a shorter one. */
export function bodyOf(request: CompletionRequest, settings: ServerSettings): RequestBody {
  const { model, limitField, tokenIds } = settings;
  return {
    model,
    messages: request.messages.map(chatMessage),
    ...(request.tools && { tools: request.tools.map(chatTool) }),
    temperature: request.temperature,
    // 31 bits: llama.cpp takes the highest 32-bit number for "any".
    seed: request.seed >>> 1,
    [limitField]: request.maxTokens,
    ...(tokenIds && { return_token_ids: true }),
    ...furtherFields(settings),
  };
}
