/**
 * The 30 tasks and their 7,207 variations, by name and number alone: no simulator is asked. A variation belongs to a split
 * by its number: of four groups of ⌊n/4⌋ the first two are for training, the third for development, the last (with what
 * remains) for testing.
 */
import { CliError } from "../../core/errors.ts";
import type { TaskId } from "../../core/ids.ts";
import { unknownName } from "../../core/wording.ts";

export const SPLITS = ["train", "dev", "test"] as const;
export type Split = (typeof SPLITS)[number];

/** Whose step limits hold: ours, which leave room for the gold paths, or ETO's, ours where it has none. */
export const STEP_LIMITS = ["own", "eto"] as const;
/** `own`, which leave room for the gold paths, or `eto`. */
export type StepLimits = (typeof STEP_LIMITS)[number];

export interface TaskKind {
  readonly name: string;
  readonly variations: number;
  /** Steps after which an episode is truncated: 1.5 times the longest of five gold paths, rounded up to tens. */
  readonly maxSteps: number;
  /** ETO's limit (Song et al. 2024, arXiv 2403.02502), for the tasks that it uses. */
  readonly etoMaxSteps?: number;
}

const kind = (name: string, variations: number, maxSteps: number, etoMaxSteps?: number): TaskKind => ({
  name,
  variations,
  maxSteps,
  ...(etoMaxSteps !== undefined && { etoMaxSteps }),
});

/** In the order of the benchmark's topics. */
export const TASK_KINDS: readonly TaskKind[] = [
  kind("boil", 30, 100, 100),
  kind("melt", 30, 90, 80),
  kind("freeze", 30, 130, 80),
  kind("change-the-state-of-matter-of", 30, 90, 80),
  kind("use-thermometer", 540, 40, 30),
  kind("measure-melting-point-known-substance", 436, 120, 120),
  kind("measure-melting-point-unknown-substance", 300, 150),
  kind("power-component", 20, 20, 20),
  kind("power-component-renewable-vs-nonrenewable-energy", 20, 50, 30),
  kind("test-conductivity", 900, 50, 30),
  kind("test-conductivity-of-unknown-substances", 600, 60, 30),
  kind("find-living-thing", 300, 30, 15),
  kind("find-non-living-thing", 300, 20, 15),
  kind("find-plant", 300, 20, 15),
  kind("find-animal", 300, 30, 15),
  kind("grow-plant", 126, 110, 30),
  kind("grow-fruit", 126, 150, 60),
  kind("chemistry-mix", 32, 60, 60),
  kind("chemistry-mix-paint-secondary-color", 36, 50, 15),
  kind("chemistry-mix-paint-tertiary-color", 36, 50, 30),
  kind("lifespan-longest-lived", 125, 20, 10),
  kind("lifespan-shortest-lived", 125, 20, 10),
  kind("lifespan-longest-lived-then-shortest-lived", 125, 20, 12),
  kind("identify-life-stages-1", 14, 70, 30),
  kind("identify-life-stages-2", 10, 30, 30),
  kind("inclined-plane-determine-angle", 168, 120),
  kind("inclined-plane-friction-named-surfaces", 1386, 100),
  kind("inclined-plane-friction-unnamed-surfaces", 162, 270),
  kind("mendelian-genetics-known-plant", 120, 230),
  kind("mendelian-genetics-unknown-plant", 480, 240),
];

const BY_NAME = new Map(TASK_KINDS.map((known) => [known.name, known]));

/** The task called so, now or formerly: `task-1-boil`, `task-10-use-thermometer`, `…-(known-substance)`. */
export function findKind(name: string): TaskKind | undefined {
  const current = name
    .replace(/^task-(?:\d|[ab])+-/, "")
    .replace(/[()]/g, "")
    .replace("mendellian", "mendelian");
  return BY_NAME.get(current);
}

/** As `findKind`. Throws CliError with the list of tasks. */
export function kindOf(name: string): TaskKind {
  const found = findKind(name);
  if (found) return found;
  throw new CliError(unknownName("task", name, [...BY_NAME.keys()]));
}

/** First variation of each split, and how many it has. */
export function variationsOf(
  { variations }: TaskKind,
  split: Split,
): { readonly first: number; readonly count: number } {
  const group = Math.floor(variations / 4);
  if (split === "train") return { first: 0, count: 2 * group };
  if (split === "dev") return { first: 2 * group, count: group };
  return { first: 3 * group, count: variations - 3 * group };
}

/** The split that the variation belongs to. */
export function splitOf(known: TaskKind, variation: number): Split {
  return SPLITS.find((split) => {
    const { first, count } = variationsOf(known, split);
    return variation >= first && variation < first + count;
  })!;
}

export const idOf = (known: TaskKind, variation: number): TaskId => `scienceworld/${known.name}/${variation}` as TaskId;

/** Reads `scienceworld/boil/3`; former names are understood. Throws CliError with what there is. */
export function keyOf(id: string): { readonly kind: TaskKind; readonly variation: number } {
  const [benchmark, name = "", number = "", ...rest] = id.split("/");
  if (benchmark !== "scienceworld" || rest.length > 0 || !/^\d{1,6}$/.test(number)) {
    throw new CliError(`unknown task ${JSON.stringify(id.slice(0, 200))}: expected scienceworld/<task>/<variation>`);
  }
  const found = kindOf(name);
  const variation = Number(number);
  if (variation < found.variations && number === String(variation)) return { kind: found, variation };
  throw new CliError(`task ${id}: ${found.name} has the variations 0 to ${found.variations - 1}`);
}

const SIMPLIFICATIONS = [
  "teleportAction",
  "openDoors",
  "openContainers",
  "selfWateringFlowerPots",
  "noElectricalAction",
] as const;

/**
 * Reads `easy`, `none` or a list with commas into the simulator's spelling ("" for none); `easy` stays as it is, since the
 * simulator expands it by task. Throws CliError with the list.
 */
export function readSimplifications(text: string): string {
  const names = text.split(",").flatMap((name) => (name.trim() === "" || name.trim() === "none" ? [] : [name.trim()]));
  const known: readonly string[] = ["easy", ...SIMPLIFICATIONS];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return [...new Set(names)].join(",");
  throw new CliError(
    `simplifications: unknown ${JSON.stringify(unknown)}: expected none, or names from ${known.join(", ")}, separated by commas`,
  );
}

/** Throws CliError if the task cannot be solved under these simplifications. */
export function checkSimplifications(known: TaskKind, simplifications: string): void {
  const isElectrical = /power-component|conductivity/.test(known.name);
  if (!isElectrical || !simplifications.split(",").includes("noElectricalAction")) return;
  throw new CliError(`simplifications: task ${known.name} needs electrical actions, which noElectricalAction removes`);
}
