/**
 * Whether a model samples as it is told: other seeds give other texts, equal seeds the same one, temperature 0 the
 * likeliest. What holds is that it held for this prompt, now.
 */

/** One thing that a server was asked. */
export interface ServerCheck {
  /** What was asked: `seeds differ`, `equal seeds agree` … */
  readonly what: string;
  /** Whether the server keeps it. */
  readonly state: "ok" | "missing";
  /** What was seen, in words. */
  readonly found: string;
  /** What a run on this server cannot promise because of it; "" if nothing is lost. */
  readonly note: string;
}

export const ok = (what: string, found: string): ServerCheck => ({ what, state: "ok", found, note: "" });
export const missing = (what: string, found: string, note: string): ServerCheck => ({
  ...{ what, state: "missing", found, note },
});

/** What is asked, of whatever model. */
export const SAMPLING_QUESTION = {
  prompt: "Write twelve words that come to mind, in any language, each on its own line.",
  maxTokens: 24,
} as const;

const SEEDS = [1, 2, 3, 4];

/** `say`: what the model says to `SAMPLING_QUESTION`. It is asked thirteen times; what it throws is thrown. */
export async function samplingChecks(
  say: (sampling: { readonly seed: number; readonly temperature: number }) => Promise<string>,
): Promise<ServerCheck[]> {
  const sampled: string[] = [];
  for (const seed of SEEDS) sampled.push(await say({ seed, temperature: 1 }));
  const again = await say({ seed: SEEDS[0]!, temperature: 1 });
  const greedy = [await say({ seed: 1, temperature: 0 }), await say({ seed: 2, temperature: 0 })];
  // All at once, as rollouts ask.
  const together = await Promise.all([
    ...SEEDS.map((seed) => say({ seed, temperature: 1 })),
    ...[1, 2].map((seed) => say({ seed, temperature: 0 })),
  ]);
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
