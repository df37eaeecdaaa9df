/**
 * Which kinds of action were chosen on how many tasks, and how often the episode was then won. That won episodes use a skill
 * does not mean that it wins them: it may be what easy tasks ask for.
 *
 * What counts as one skill is the world's to say (`SkillOf`). Where it says nothing, an action's skill is its verb: the
 * text before the first space or bracket.
 */
import type { TrajectoryId } from "../core/ids.ts";
import { distinct, type Material, sum, type TaskHead } from "./material.ts";

/** The skill of an action; undefined where the task's world does not say. */
export type SkillOf = (task: TaskHead, action: string) => string | undefined;

export interface Skill {
  /** `go`, `click[next >]`. */
  readonly name: string;
  /** In the order of those asked about. */
  readonly uses: readonly SkillUse[];
}

export interface SkillUse {
  /** A method's label or an expert's policy. */
  readonly who: string;
  /** Finished episodes, those that used the skill at least once, and how many of these were won. */
  readonly episodes: number;
  readonly used: number;
  readonly won: number;
}

/** Whose episodes are looked at. */
export interface Actor {
  readonly who: string;
  readonly ids: readonly TrajectoryId[];
}

/** From the skill that most episodes used to the one that fewest did. */
export function skillsOf(material: Material, actors: readonly Actor[], skillOf?: SkillOf): Skill[] {
  const played = actors.map(({ who, ids }) => usesOf(material, who, ids, skillOf));
  return distinct(played.flatMap(({ uses }) => [...uses.keys()]))
    .map((name): Skill => {
      const uses = played.map(({ who, episodes, uses }) => ({
        who,
        episodes,
        ...(uses.get(name) ?? { used: 0, won: 0 }),
      }));
      return { name, uses };
    })
    .map((skill) => ({ skill, used: sum(skill.uses.map(({ used }) => used)) }))
    .sort((a, b) => b.used - a.used || (a.skill.name < b.skill.name ? -1 : 1))
    .map(({ skill }) => skill);
}

interface Uses {
  readonly who: string;
  readonly episodes: number;
  /** By skill: finished episodes that used it, and those of them that were won. */
  readonly uses: ReadonlyMap<string, { readonly used: number; readonly won: number }>;
}

/** Reads the actions of one episode at a time. */
function usesOf(material: Material, who: string, ids: readonly TrajectoryId[], skillOf?: SkillOf): Uses {
  const uses = new Map<string, { used: number; won: number }>();
  const finished = material.episodes(distinct(ids)).filter(({ failed }) => !failed);
  for (const { id, task, success } of finished) {
    const actions = new Set(material.repository.ownSteps(id)!.map(({ action }) => action));
    const skills = new Set([...actions].map((action) => skillOf?.(task, action) ?? verbOf(action)));
    for (const name of skills) {
      const use = uses.get(name) ?? { used: 0, won: 0 };
      use.used += 1;
      if (success) use.won += 1;
      uses.set(name, use);
    }
  }
  return { who, episodes: finished.length, uses };
}

/** What an action is called where its world says nothing: the text before the first space or bracket. */
export function verbOf(action: string): string {
  const text = action.trim().toLowerCase();
  return /^[^\s[(]+/.exec(text)?.[0] ?? (text || "(empty)");
}
