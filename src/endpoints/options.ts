/**
 * What a user says about a server, checked and with defaults filled in. The API key is read from an environment
 * variable when the model is opened (src/http/secrets.ts); nothing stores or prints it.
 */
import { CliError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { baseUrl } from "../http/addresses.ts";
import type { TemplateVariables } from "../tokenizers/template-variables.ts";
import type { Budget, Prices, Spending } from "./budget.ts";

/** A server, and how to use it. Numbers out of range are refused with CliError. */
export interface ServerOptions {
  /** Base URLs of servers that offer the same model, up to `/chat/completions`: `http://127.0.0.1:8000/v1`. With `?api-version=…`: Azure's. */
  readonly urls: readonly string[];
  /** The model, as the server calls it. */
  readonly model: string;
  /** The policy's name; default: the model's. */
  readonly name?: string;
  /** Name of the environment variable that holds the API key; absent: no key is sent. */
  readonly apiKeyEnv?: string;
  /** Requests in flight at once, over all URLs; ≥ 1. Default 64. */
  readonly concurrency?: number;
  /** Requests sent in any minute; above 0. Absent: no limit. */
  readonly requestsPerMinute?: number;
  /** Tokens of prompts and completions in any minute; above 0. Absent: no limit. */
  readonly tokensPerMinute?: number;
  /**
   * Milliseconds for one attempt, the last byte of the answer included. Default, and at most, 300,000: what Node waits for the
   * first.
   */
  readonly timeoutMs?: number;
  /** Attempts after the first; ≥ 0. Default 6. */
  readonly retries?: number;
  /** Milliseconds of the first wait before a retry; each later one is twice as long, up to 64 times this. Default 500. */
  readonly backoffMs?: number;
  /** A longer answer is not read. Default 4 MiB. */
  readonly maxAnswerBytes?: number;
  /** Limits of one run, what was `spent` before included. Absent: none. */
  readonly budget?: Budget;
  /** What 1,000 tokens cost; needed for a budget of money. */
  readonly prices?: Prices;
  /** What the run spent before: the usage of its stored steps. */
  readonly spent?: Partial<Spending>;
  /**
   * Tokens that the model can hold, prompt and completion together. Absent: asked of the server (`/models`), else not known.
   */
  readonly contextTokens?: number;
  /**
   * Ask for token ids (`return_token_ids`); default false. Only where `gleaner doctor --server` says that they are returned.
   */
  readonly tokenIds?: boolean;
  /** Names the server may answer under beside the model's. */
  readonly answersAs?: readonly string[];
  /** The field that limits a completion: newer models of OpenAI take only `max_completion_tokens`. Default `max_tokens`. */
  readonly limitField?: "max_tokens" | "max_completion_tokens";
  /**
   * What the server gives the model's chat template beside each conversation, by name (`chat_template_kwargs` of each request).
   * It changes answers: make it part of the run's ids. Absent: nothing.
   */
  readonly template?: TemplateVariables;
  /** More fields of every request (`top_p` …). They change answers: make them part of the run's ids. */
  readonly extra?: Readonly<Record<string, Json>>;
  /** Hears, a line at a time, when the server keeps us waiting. Absent: nobody does. */
  readonly say?: (line: string) => void;
}

/** `ServerOptions` with nothing left open but what may be unknown. */
export type ServerSettings = Required<Omit<ServerOptions, Optional>> & Pick<ServerOptions, Optional>;
type Optional = "apiKeyEnv" | "requestsPerMinute" | "tokensPerMinute" | "prices" | "contextTokens" | "template" | "say";

const LONGEST_TIMEOUT_MS = 300_000;
const MEGABYTE = 2 ** 20;

/** Throws CliError naming the option. */
export function resolveOptions(options: ServerOptions): ServerSettings {
  const settings: ServerSettings = {
    ...options,
    urls: options.urls.map((url) => baseUrl("server", url, { mayHaveVersion: true })),
    name: options.name ?? options.model,
    concurrency: options.concurrency ?? 64,
    timeoutMs: options.timeoutMs ?? LONGEST_TIMEOUT_MS,
    retries: options.retries ?? 6,
    backoffMs: options.backoffMs ?? 500,
    maxAnswerBytes: options.maxAnswerBytes ?? 4 * MEGABYTE,
    budget: options.budget ?? {},
    spent: options.spent ?? {},
    tokenIds: options.tokenIds ?? false,
    answersAs: options.answersAs ?? [],
    limitField: options.limitField ?? "max_tokens",
    extra: options.extra ?? {},
  };
  if (settings.template && "chat_template_kwargs" in settings.extra)
    throw new CliError("chat_template_kwargs: expected template variables or this field of requests, got both");
  if (settings.urls.length === 0) throw new CliError("server: expected at least one base URL, got none");
  if (settings.model === "") throw new CliError('server model: expected a name, got ""');
  const { concurrency, timeoutMs, retries, backoffMs, maxAnswerBytes, contextTokens } = settings;
  const whole = { concurrency, timeoutMs, maxAnswerBytes, contextTokens };
  for (const [name, value] of Object.entries(whole)) expectAtLeast(name, value, 1);
  for (const [name, value] of Object.entries({ retries, backoffMs })) expectAtLeast(name, value, 0);
  const { requestsPerMinute, tokensPerMinute, budget, prices } = settings;
  for (const [name, value] of Object.entries({ requestsPerMinute, tokensPerMinute })) expectPositive(name, value);
  for (const [name, value] of Object.entries(budget)) expectPositive(`budget.${name}`, value);
  if (timeoutMs > LONGEST_TIMEOUT_MS) {
    throw new CliError(`timeoutMs: expected at most ${LONGEST_TIMEOUT_MS}, got ${timeoutMs}`);
  }
  if (budget.money !== undefined && !prices) throw new CliError("budget.money: expected prices of tokens, got none");
  return settings;
}

/** The fields of every request beside those of the conversation and its sampling. */
export const furtherFields = ({ template, extra }: Pick<ServerSettings, "template" | "extra">) => ({
  ...(template && { chat_template_kwargs: template }),
  ...extra,
});

function expectAtLeast(name: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least)) return;
  throw new CliError(`${name}: expected an integer ≥ ${least}, got ${value}`);
}

function expectPositive(name: string, value: number | undefined): void {
  if (value === undefined || value > 0) return;
  throw new CliError(`${name}: expected a number above 0, got ${value}`);
}
