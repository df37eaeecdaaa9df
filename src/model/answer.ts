/**
 * One answer in the making: which tokens may come next, drawing one of them from the model's logits, and knowing when
 * no model is needed because only one token may follow. Its random numbers belong to the request alone.
 */
import { randomStream } from "./random.ts";

export interface AnswerRequest {
  /** Tokens of free text at most; an answer from `choices` is as long as the choice. */
  readonly maxTokens: number;
  /** 0 = the most likely token, of equals the one with the lowest id. */
  readonly temperature: number;
  /** A whole number ≥ 0. */
  readonly seed: number;
  /** The token that ends an answer. */
  readonly stop: number;
  /** Other tokens that end an answer in free text. */
  readonly otherStops?: readonly number[];
  /** The answer is exactly one of these, each with or without `stop` at its end. Absent = free text. */
  readonly choices?: readonly (readonly number[])[] | undefined;
}

export interface Answered {
  /** Without the stop token. */
  readonly tokens: readonly number[];
  readonly finishReason: "stop" | "length";
  /** The token that ended it, where that is one of `otherStops`. */
  readonly otherStop?: number;
}

export interface Answer {
  /** Tokens decided that the model has not read. */
  readonly unread: number[];
  /** Goes as far as possible: with `logits` (for what follows everything decided) past the next real choice, without them up to it. */
  advance(logits?: Float32Array): Answered | undefined;
}

/** What may follow, by token. */
interface Branch {
  readonly tokens: number[];
  readonly branches: Map<number, Branch>;
}

function tree(choices: readonly (readonly number[])[], stop: number): Branch {
  const root: Branch = { tokens: [], branches: new Map() };
  for (const choice of choices) {
    let branch = root;
    for (const token of choice.at(-1) === stop ? choice : [...choice, stop]) {
      let next = branch.branches.get(token);
      if (!next) {
        next = { tokens: [], branches: new Map() };
        branch.branches.set(token, next);
        branch.tokens.push(token);
        branch.tokens.sort((a, b) => a - b);
      }
      branch = next;
    }
  }
  return root;
}

/** Tokens less likely than the most likely one by this factor (as a logarithm) are below the resolution of a 32-bit draw. */
const NEGLIGIBLE = -25;

/** Scratch memory of `draw`. */
let odds = new Float64Array(0);

/** One of the `allowed` tokens, in ascending order; undefined = any. Exact ties go to the first. */
function draw(
  logits: Float32Array,
  allowed: readonly number[] | undefined,
  { temperature, uniform }: { temperature: number; uniform: () => number },
): number {
  const count = allowed?.length ?? logits.length;
  const tokenAt = (i: number): number => (allowed ? allowed[i]! : i);
  let best = tokenAt(0);
  for (let i = 1; i < count; i++) if (logits[tokenAt(i)]! > logits[best]!) best = tokenAt(i);
  if (temperature === 0) return best;
  const highest = logits[best]!;
  if (odds.length < count) odds = new Float64Array(count);
  let total = 0;
  for (let i = 0; i < count; i++) {
    const exponent = (logits[tokenAt(i)]! - highest) / temperature;
    odds[i] = exponent > NEGLIGIBLE ? Math.exp(exponent) : 0;
    total += odds[i]!;
  }
  let rest = uniform() * total;
  for (let i = 0; i < count; i++) if ((rest -= odds[i]!) < 0) return tokenAt(i);
  return best;
}

export function startAnswer(request: AnswerRequest): Answer {
  const { maxTokens, temperature, seed, stop, otherStops = [], choices } = request;
  const tokens: number[] = [];
  const unread: number[] = [];
  const random = randomStream(seed % 2 ** 32, Math.floor(seed / 2 ** 32));
  const sampling = { temperature, uniform: random.next };
  let branch = choices && tree(choices, stop);

  const decide = (token: number): Answered | undefined => {
    branch = branch?.branches.get(token);
    if (token === stop) return { tokens, finishReason: "stop" };
    if (!choices && otherStops.includes(token)) return { tokens, finishReason: "stop", otherStop: token };
    tokens.push(token);
    unread.push(token);
    return branch === undefined && tokens.length >= maxTokens ? { tokens, finishReason: "length" } : undefined;
  };

  return {
    unread,
    advance(logits) {
      let fresh = logits;
      while (true) {
        const only = branch?.tokens.length === 1 ? branch.tokens[0] : undefined;
        if (only === undefined && !fresh) return undefined;
        const token = only ?? draw(fresh!, branch?.tokens, sampling);
        const answered = decide(token);
        if (answered) return answered;
        // The logits were for the place that is now taken.
        fresh = undefined;
      }
    },
  };
}
