/**
 * Which kinds of action were chosen on how many tasks, and how often the episode was then won. That won episodes use a skill
 * does not mean that it wins them: it may be what easy tasks ask for.
 *
 * What counts as one skill is the world's to say (`SkillOf`). Where it says nothing, an action's skill is its verb: the
 * text before the first space or bracket.
 */
import type { TrajectoryId } from "../core/ids.ts";
import type { Task } from "../core/task.ts";
import { distinct, type Material, sum } from "./material.ts";

/** The skill of an action; undefined where the task's world does not say. */
export type SkillOf = (task: Task, action: string) => string | undefined;

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
  const played = actors.map(({ who, ids }) => ({
    who,
    episodes: material
      .episodes(distinct(ids))
      .filter(({ failed }) => !failed)
      .map(({ id, task, success }) => {
        const skills = actionsOf(material, id).map((action) => skillOf?.(task, action) ?? verbOf(action));
        return { success, skills: new Set(skills) };
      }),
  }));
  const names = distinct(played.flatMap(({ episodes }) => episodes.flatMap(({ skills }) => [...skills])));
  return names
    .map((name) => {
      const uses = played.map(({ who, episodes }): SkillUse => {
        const using = episodes.filter(({ skills }) => skills.has(name));
        const won = using.filter(({ success }) => success).length;
        return { who, episodes: episodes.length, used: using.length, won };
      });
      return { skill: { name, uses }, used: sum(uses.map(({ used }) => used)) };
    })
    .sort((a, b) => b.used - a.used || (a.skill.name < b.skill.name ? -1 : 1))
    .map(({ skill }) => skill);
}

/** The actions that the policy itself chose, each once. */
function actionsOf({ repository }: Material, id: TrajectoryId): string[] {
  const { steps, fork } = repository.trajectory(id)!;
  return distinct(steps.slice(fork?.step ?? 0).map(({ action }) => action));
}

function verbOf(action: string): string {
  const text = action.trim().toLowerCase();
  return /^[^\s[(]+/.exec(text)?.[0] ?? (text || "(empty)");
}
