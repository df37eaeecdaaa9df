/** The kinds of task, by the names that their folders begin with. */

export const TASKS = [
  "pick_and_place_simple",
  "look_at_obj_in_light",
  "pick_clean_then_place_in_recep",
  "pick_heat_then_place_in_recep",
  "pick_cool_then_place_in_recep",
  "pick_two_obj_and_place",
] as const;
/** One of the six kinds of task. */
export type TaskKind = (typeof TASKS)[number];
