/** The system prompt for language models: ScienceWorld's rules and its action language. */

const ALWAYS = [
  "open OBJ, close OBJ - a door or a container",
  "go to LOC - walk to a neighbouring place",
  "look around, look at OBJ, look in OBJ, read OBJ",
  "pick up OBJ, put down OBJ, move OBJ to OBJ, inventory",
  "pour OBJ into OBJ, dunk OBJ into OBJ, mix OBJ - what is in a container",
  "activate OBJ, deactivate OBJ, use OBJ, use OBJ on OBJ",
  "eat OBJ, flush OBJ",
  "focus on OBJ - say that this is what the task asks for; the wrong thing ends the task",
  "wait, wait1 - let ten moments pass, or one",
  "task - read the task again; reset task - start its goals over",
];
const ELECTRICAL = "connect OBJ to OBJ, disconnect OBJ";
const TELEPORT = "teleport to LOC - go anywhere at once";

/** `simplifications` as the simulator spells them; `easy` includes teleporting. */
export function instructionsFor(simplifications: string): string {
  const names = simplifications.split(",");
  const mayTeleport = names.includes("easy") || names.includes("teleportAction");
  const mayConnect = !names.includes("noElectricalAction");
  return [
    "You are in a house with a kitchen, a workshop, a greenhouse and other places, and have a science task to do there.",
    "Every turn, answer with one action. OBJ is a thing as it was shown to you, LOC is a place:",
    ...ALWAYS,
    ...(mayConnect ? [ELECTRICAL] : []),
    ...(mayTeleport ? [TELEPORT] : []),
    "When you are asked which of several things you mean, answer with its number alone.",
  ].join("\n");
}
