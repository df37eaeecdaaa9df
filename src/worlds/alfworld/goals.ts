/** The tasks' sentences as data, and back. Each kind of goal is said in two ways. */

/** What is done to a thing before it is put down. */
export type Treatment = "clean" | "heat" | "cool";

export type Goal =
  /** `count` things of a kind, treated, on one receptacle of a kind. Only single things are treated. */
  | {
      readonly kind: "place";
      readonly object: string;
      readonly target: string;
      readonly count: 1 | 2;
      readonly treatment: Treatment | null;
    }
  /** Hold a thing where a lamp is on. */
  | { readonly kind: "light"; readonly object: string; readonly lamp: string };

interface Form {
  /** A stands for the object, B for the receptacle or lamp. */
  readonly sentences: readonly [string, string];
  goal(a: string, b: string): Goal;
}

const place =
  (count: 1 | 2, treatment: Treatment | null) =>
  (object: string, target: string): Goal => ({ kind: "place", object, target, count, treatment });

const FORMS = {
  light: {
    sentences: ["look at A under the B.", "examine the A with the B."],
    goal: (object, lamp) => ({ kind: "light", object, lamp }),
  },
  one: { sentences: ["put a A in B.", "put some A on B."], goal: place(1, null) },
  two: { sentences: ["put two A in B.", "find two A and put them in B."], goal: place(2, null) },
  clean: { sentences: ["put a clean A in B.", "clean some A and put it in B."], goal: place(1, "clean") },
  heat: { sentences: ["put a hot A in B.", "heat some A and put it in B."], goal: place(1, "heat") },
  cool: { sentences: ["put a cool A in B.", "cool some A and put it in B."], goal: place(1, "cool") },
} as const satisfies Record<string, Form>;

const PATTERNS = Object.values<Form>(FORMS).flatMap(({ sentences, goal }) =>
  sentences.map((sentence) => {
    const pattern = sentence.replace(".", String.raw`\.?`).replace(/\b[AB]\b/g, String.raw`(\w+)`);
    return { pattern: new RegExp(`^${pattern}$`), goal };
  }),
);

/** The goal that a task's sentence asks for; null for sentences of another making. */
export function readGoal(sentence: string): Goal | null {
  const text = sentence.slice(0, 1000).trim().toLowerCase();
  for (const { pattern, goal } of PATTERNS) {
    const match = pattern.exec(text);
    if (match) return goal(match[1]!, match[2]!);
  }
  return null;
}

/** The sentence of a goal, in the first or the second way of saying it. */
export function writeGoal(goal: Goal, way: 0 | 1): string {
  const [a, b] = goal.kind === "light" ? [goal.object, goal.lamp] : [goal.object, goal.target];
  return formOf(goal).sentences[way].replace(/\b[AB]\b/g, (letter) => (letter === "A" ? a : b));
}

function formOf(goal: Goal): Form {
  if (goal.kind === "light") return FORMS.light;
  if (goal.treatment) return FORMS[goal.treatment];
  return goal.count === 2 ? FORMS.two : FORMS.one;
}

/** The task type of a goal: the first part of its games' folder names. */
export function categoryOf(goal: Goal): string {
  if (goal.kind === "light") return "look_at_obj_in_light";
  if (goal.treatment) return `pick_${goal.treatment}_then_place_in_recep`;
  return goal.count === 2 ? "pick_two_obj_and_place" : "pick_and_place_simple";
}
