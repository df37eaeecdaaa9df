/**
 * The rule of each method that decides whether a turn is learned, in the words of docs/methods.md (datasets: of
 * docs/commands.md). What stands between quotation marks is a part of a sentence there; everything else is a whole one.
 */
import { datasetOf, methodSaidOf, type Round, type Run } from "../../core/run.ts";

export interface Rule {
  readonly rule: string;
  readonly source: string;
}

/** What is asked about: a turn of a trajectory, and what became of it. */
export interface Asked {
  readonly mask: "learned" | "context" | "rejected" | "unused";
  readonly won: boolean;
  readonly failed: boolean;
  readonly return: number;
  /** Whose trajectory it is, as the round knows it. */
  readonly part: "expert" | "learn-only" | "this round's" | "an earlier round's" | "evaluated" | "none";
  /** Some example of the set shows the trajectory, or begins like it. */
  readonly isShown: boolean;
  /** Another trajectory solves the state that is asked about. */
  readonly isBeaten: boolean;
  readonly iteration: number;
}

const METHODS = ["bc", "eef", "rft", "rft-one", "sft-all", "eto", "rft-eto", "nat", "agent-evol", "best-of"] as const;
export type MethodKind = (typeof METHODS)[number] | `dataset ${string}`;

/** null: the run does not say what its method is, and its name does not either. */
export function methodKindOf(run: Run, round: Round | null): MethodKind | null {
  const dataset = datasetOf(run);
  if (dataset) return byName(dataset.method) ?? `dataset ${dataset.method}`;
  if (!round) return null;
  if (round.row === 0) return "bc";
  const said = methodSaidOf(run, round.row);
  if (!said) return byName(round.method);
  if (said.method === "rft" && said.solutions === "one") return "rft-one";
  return METHODS.find((known) => known === said.method) ?? null;
}

/** A method's usual name: of runs whose config does not hold their methods. */
function byName(name: string): MethodKind | null {
  const usual: readonly (readonly [RegExp, MethodKind])[] = [
    [/^BC$/, "bc"],
    [/^EEF\b/, "eef"],
    [/^RFT.*\+ ETO/, "rft-eto"],
    [/^RFT.*one solution/, "rft-one"],
    [/^RFT\b/, "rft"],
    [/^SFT-ALL$/, "sft-all"],
    [/^ETO\b/, "eto"],
    [/^NAT\b/, "nat"],
    [/^AgentEvol\b/, "agent-evol"],
    [/^best-of-\d+$/, "best-of"],
  ];
  return usual.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

const methods = (section: string) => (rule: string) => ({ rule, source: `methods.md ${section}` });
const mask = methods("§2, Mask");
const solution = methods("§2, Solution");
const all = methods("§3");
const pairs = methods("§4");

/** Which rule decided; null: none of the method's rules tells. */
export function ruleOf(method: MethodKind, asked: Asked): Rule | null {
  if (asked.failed) return all("Rollouts that broke on our side are kept and counted, and never learned from.");
  if (asked.part === "evaluated") return all("Evaluation is one greedy rollout on each held-out task.");
  if (method.startsWith("dataset ")) return datasetRule(method.slice("dataset ".length));
  if (asked.part === "none" && asked.mask === "unused")
    return all(
      "The round chose among the expert's runs and what its own policies played: this trajectory is none of them.",
    );
  return RULES[method as keyof typeof RULES](asked);
}

const PREFERRED = pairs(
  "Two trajectories make a pair if their returns differ. The higher one is chosen, whoever made it.",
);
const CUT = pairs("The rejected side is cut to 10 messages more than the chosen side has.");
const LEARN_ONLY = all(
  "Learn-only trajectories serve BC, SFT-ALL, RFT, NAT and AgentEvol as examples. EEF and ETO meet them in BC only.",
);

const RULES: { readonly [Method in (typeof METHODS)[number]]: (asked: Asked) => Rule } = {
  bc: () => all('The training set is "the expert\'s wins".'),
  "sft-all": () => all('The training set is "every expert trajectory, won or lost".'),
  eef(asked) {
    if (asked.part === "learn-only") return LEARN_ONLY;
    if (asked.mask === "learned")
      return mask("Every agent action from the state on has weight 1, including the expert's beneficial ones.");
    if (asked.mask === "context")
      return mask("Everything before the important state is context with weight 0, the harmful actions too.");
    if (asked.isBeaten)
      return solution(
        "Each important state gets one solution: the one with the fewest expert actions from that state on.",
      );
    if (!asked.won)
      return methods("§1")('A solution is "a won trajectory that passes through a state": this one is lost.');
    return solution("A state without a solution is left out and counted.");
  },
  rft({ mask, won, isBeaten }) {
    if (mask === "unused" && won && isBeaten)
      return all("Of two wins of a task with the same actions it keeps the first.");
    return all("The training set is \"all wins so far, the expert's and the student's, from N rollouts a task\".");
  },
  "rft-one": ({ won }) =>
    won
      ? all("With solutions: one the ranking of §2 picks one win of each task: the student's own before the expert's.")
      : all('The training set is made of "the same rollouts, but of each task one solution, chosen as EEF chooses".'),
  eto(asked) {
    if (asked.part === "learn-only") return LEARN_ONLY;
    if (asked.mask !== "unused") return PREFERRED;
    return asked.isShown
      ? CUT
      : pairs("Equal returns make no pair. Neither do trajectories that broke, or that have no action.");
  },
  "rft-eto"(asked) {
    if (asked.part === "expert" || asked.part === "learn-only")
      return pairs("RFT + ETO (rft-eto) plays without an expert.");
    if (asked.iteration <= 1) return pairs("First it imitates its own wins, starting from the base student.");
    if (asked.mask === "unused" && asked.isShown) return CUT;
    return pairs(
      "Then come iterations of ETO among its own rollouts: of each task the best return against the worst, the earlier sample where returns are equal.",
    );
  },
  nat: () => all('The training set is "all trajectories, each behind words that say whether it was won".'),
  "agent-evol"(asked) {
    if (asked.mask !== "unused")
      return all("The training set is \"the expert's wins, and this iteration's rollouts weighted by return\".");
    if (asked.part === "an earlier round's") return all("Only rollouts of this iteration count.");
    if (asked.part === "this round's") return all("A rollout with a return of 0 or less is left out.");
    return all("An expert's win counts 1.");
  },
  "best-of": () => all('Best-of-N trains nothing: "N samples of BC\'s student at test time, the best counts".'),
};

/** As docs/commands.md says them. */
const DATASETS: Readonly<Record<string, string>> = {
  bc: "what was won",
  "sft-all": "everything",
  nat: "everything behind words that say how it ended",
  "one-solution": "the shortest win of each task",
  "best-of": "the highest reward of each task",
  pairs: "the best episode of a task over its worst",
};

function datasetRule(method: string): Rule | null {
  const words = Object.hasOwn(DATASETS, method) ? DATASETS[method] : undefined;
  return words === undefined
    ? null
    : { rule: `The dataset's method ${method} learns "${words}".`, source: "commands.md, gleaner dataset" };
}
