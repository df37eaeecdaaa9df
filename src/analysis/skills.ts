/**
 * Which kinds of action were chosen on how many tasks, and how often the episode was then won. That an action is used in won episodes
 * does not mean that it wins them: it may be what easy tasks ask for.
 *
 * One rule for every world: an action's skill is its verb, the text before the first space or bracket. Where a world
 * writes `verb[argument]`, an action that many tasks share (a button such as `click[next >]`) is a skill of its own.
 */
import type { TrajectoryId } from "../core/ids.ts";
import type { Material } from "./material.ts";
import { distinct } from "./material.ts";

export interface Skill {
  /** `go`, `click[next >]`, `click[…]` for all other clicks. */
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

/** An action in brackets is a skill of its own from this share of the tasks on, and from so many tasks. */
const SHARED_BY = 0.05;
const FEWEST = 3;

/** From the skill that most episodes used to the one that fewest did. */
export function skillsOf(material: Material, actors: readonly Actor[]): Skill[] {
  const played = actors.map(({ who, ids }) => ({
    who,
    episodes: material
      .episodes(distinct(ids))
      .filter(({ failed }) => !failed)
      .map(({ id, task, success }) => ({ task: task.id, success, actions: actionsOf(material, id) })),
  }));
  const all = played.flatMap(({ episodes }) => episodes);
  const skillOf = namer(all);
  const skills = played.map(({ who, episodes }) => ({
    who,
    episodes: episodes.map(({ success, actions }) => ({ success, skills: new Set(actions.map(skillOf)) })),
  }));
  const names = distinct(skills.flatMap(({ episodes }) => episodes.flatMap((episode) => [...episode.skills])));
  return names
    .map((name) => ({
      name,
      uses: skills.map(({ who, episodes }): SkillUse => {
        const using = episodes.filter((episode) => episode.skills.has(name));
        const won = using.filter(({ success }) => success).length;
        return { who, episodes: episodes.length, used: using.length, won };
      }),
    }))
    .map((skill) => ({ skill, used: skill.uses.reduce((total, { used }) => total + used, 0) }))
    .sort((a, b) => b.used - a.used || (a.skill.name < b.skill.name ? -1 : 1))
    .map(({ skill }) => skill);
}

/** The actions that the policy itself chose, each once. */
function actionsOf({ repository }: Material, id: TrajectoryId): string[] {
  const { steps, fork } = repository.trajectory(id)!;
  return distinct(steps.slice(fork?.step ?? 0).map(({ action }) => action.trim().toLowerCase()));
}

/** Names the skill of an action, knowing which actions many tasks share. */
function namer(episodes: readonly { readonly task: string; readonly actions: readonly string[] }[]) {
  const tasks = new Map<string, Set<string>>();
  for (const { task, actions } of episodes) {
    for (const action of actions) tasks.set(action, (tasks.get(action) ?? new Set()).add(task));
  }
  const many = Math.max(FEWEST, SHARED_BY * new Set(episodes.map(({ task }) => task)).size);
  return (action: string): string => {
    if (action === "") return "(empty)";
    const verb = /^[^\s[(]*/.exec(action)![0] || action;
    if (!action.startsWith(`${verb}[`)) return verb;
    return tasks.get(action)!.size >= many ? action : `${verb}[…]`;
  };
}
