/**
 * The rules of the workshop, as a pure simulator. The needed tool of the current stage does its work; a tool of another
 * stage does nothing; a wrong tool of the current stage ruins the piece. Delivery ends the episode: reward 1 if all
 * stages are done and the piece is whole. Everything follows from the task; the seed of a reset changes nothing.
 */
import { EnvironmentError } from "../../core/errors.ts";
import type { Task } from "../../core/task.ts";
import type { Simulator } from "../simulator.ts";
import type * as schemas from "./schemas.ts";
import type { Progress } from "./schemas.ts";
import type { TaskData } from "./tasks.ts";
import { ACCEPTED, DELIVER, DONE, NOTHING, placeText, REFUSED, RUINED, START } from "./texts.ts";
import { toolsByWord, type Words } from "./words.ts";

/** What a task fixes for the whole episode. */
interface Layout extends TaskData {
  /** Indexes of the stages that the order needs, in the order of the work. */
  readonly needed: readonly number[];
}

interface State {
  readonly layout: Layout;
  readonly progress: Progress;
}

const UNTOUCHED: Progress = { stagesDone: 0, room: null, spoiled: false, over: false };

/** @param shapes `schemas.ts`, which is loaded when a world is opened: zod is a third of what the library would load. */
export function workshopWorld(words: Words, shapes: typeof schemas): Simulator<State> {
  const tools = toolsByWord(words);
  const rooms = words.stages.flatMap((stage) => stage.rooms);
  const goTo = new Map(rooms.map((room) => [`go ${room}`, room]));

  function layoutOf(task: Task): Layout {
    const data = shapes.dataSchema.safeParse(task.data);
    if (!data.success) throw new EnvironmentError(`task ${task.id}: this is not the data of a ${words.name} task`);
    const needed = data.data.stages.flatMap(({ word }, stage) => (word === null ? [] : [stage]));
    return { ...data.data, needed };
  }

  /** Index of the stage whose tray lies where we are; -1 if none does. */
  const stageHere = ({ layout, progress }: State) => layout.stages.findIndex(({ room }) => room === progress.room);

  function use(state: State, tool: string) {
    const { layout, progress } = state;
    const current = layout.needed[progress.stagesDone];
    if (current === undefined || current !== stageHere(state)) return answer(state, NOTHING);
    const isRight = tool === tools.get(layout.stages[current]!.word!);
    const stagesDone = progress.stagesDone + 1;
    if (isRight) return answer(state, DONE, { stagesDone });
    if (layout.ruin === "silent") return answer(state, DONE, { stagesDone, spoiled: true });
    if (layout.ruin === "ends") return answer(state, RUINED, { spoiled: true, over: true });
    return answer(state, NOTHING);
  }

  return {
    initial: (task) => ({ state: { layout: layoutOf(task), progress: UNTOUCHED }, observation: START }),

    transition(state, action) {
      const { layout, progress } = state;
      if (progress.over) throw new EnvironmentError("the episode is over: reset() or restore() first");
      if (action === DELIVER) {
        const isGood = progress.stagesDone === layout.needed.length && !progress.spoiled;
        return { ...answer(state, isGood ? ACCEPTED : REFUSED, { over: true }), reward: isGood ? 1 : 0 };
      }
      const room = goTo.get(action);
      if (room !== undefined && room !== progress.room) {
        const tray = layout.stages.find((stage) => stage.room === room)?.tray ?? [];
        return answer(state, placeText({ room, tray }), { room });
      }
      const tool = trayAt(state).find((item) => action === `use ${item}`);
      return tool === undefined ? answer(state, NOTHING) : use(state, tool);
    },

    actions(state) {
      if (state.progress.over) return [];
      const moves = [...goTo].flatMap(([action, room]) => (room === state.progress.room ? [] : [action]));
      return [...moves, ...trayAt(state).map((tool) => `use ${tool}`), DELIVER];
    },

    save: ({ progress }) => progress,

    load(task, saved) {
      const progress = shapes.progressSchema.safeParse(saved);
      if (!progress.success) throw new EnvironmentError(`task ${task.id}: this is not a state of the ${words.name}`);
      return { layout: layoutOf(task), progress: progress.data };
    },
  };

  function trayAt(state: State): readonly string[] {
    return state.layout.stages[stageHere(state)]?.tray ?? [];
  }
}

/** The step that changes `changes` and says `observation`. */
function answer(state: State, observation: string, changes: Partial<Progress> = {}) {
  const progress = { ...state.progress, ...changes };
  return { state: { ...state, progress }, observation, reward: 0, terminated: progress.over };
}
