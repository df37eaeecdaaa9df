/** The system prompt for language models: ALFWorld's rules and its action language, in a release's wording. */
import { type Verb, type Wording, writeCommand } from "./commands.ts";

export function instructionsFor(wording: Wording): string {
  const form = (verb: Verb, ...names: string[]) => writeCommand({ verb, names }, wording);
  return [
    "You are in a household and have a task to do there. Things lie on or in receptacles such as tables, drawers and cabinets. Going to a receptacle shows what is on it, or in it if it is open.",
    "You can carry one thing. While you carry it and stand at the right receptacle, it can be cleaned in a sink basin, heated in a microwave or cooled in a fridge. A lamp is used where it stands.",
    "Every turn, answer with one action, naming things with their numbers as they were shown to you:",
    form("go", "RECEPTACLE"),
    form("open", "RECEPTACLE"),
    form("close", "RECEPTACLE"),
    form("take", "OBJECT", "RECEPTACLE"),
    form("put", "OBJECT", "RECEPTACLE"),
    form("clean", "OBJECT", "RECEPTACLE"),
    form("heat", "OBJECT", "RECEPTACLE"),
    form("cool", "OBJECT", "RECEPTACLE"),
    form("use", "OBJECT"),
    form("slice", "OBJECT", "KNIFE"),
    `${form("examine", "OBJECT")} or RECEPTACLE`,
    form("look"),
    form("inventory"),
    'An action that is not possible is answered "Nothing happens."',
  ].join("\n");
}
