/**
 * Commands as releases of ALFWorld word them. Releases up to 0.3 say `put X in/on Y` (the logs of ReAct, Reflexion,
 * ETO and KnowAgent), later ones `move X to Y`; the rest is the same.
 */

/** Which releases' command for putting something down. */
export type Wording = "old" | "new";

/** The wording of a grammar (a game's, or the file alfred.twl2). */
export function wordingOf(grammarText: string): Wording {
  return /"put \{o\} in\/on \{r\}"/.test(grammarText) ? "old" : "new";
}

/** The command that puts `object` down. */
export function putCommand(wording: Wording, object: string, receptacle: string): string {
  return wording === "old" ? `put ${object} in/on ${receptacle}` : `move ${object} to ${receptacle}`;
}

/** The system prompt: the rules and the action language. */
export function instructionsFor(wording: Wording): string {
  return [
    "You are in a household and have a task to do there. Things lie on or in receptacles such as tables, drawers and cabinets; you see what is on a receptacle, or in it if it is open, when you go there.",
    "You can carry one thing. A thing is cleaned in a sink basin, heated in a microwave and cooled in a fridge while you carry it; go to the receptacle first. A lamp is used where it stands.",
    "Every turn, answer with one action, naming things with their numbers as they were shown to you:",
    "go to RECEPTACLE",
    "open RECEPTACLE",
    "close RECEPTACLE",
    "take OBJECT from RECEPTACLE",
    putCommand(wording, "OBJECT", "RECEPTACLE"),
    "clean OBJECT with RECEPTACLE",
    "heat OBJECT with RECEPTACLE",
    "cool OBJECT with RECEPTACLE",
    "use OBJECT",
    "slice OBJECT with OBJECT",
    "examine OBJECT or RECEPTACLE",
    "look",
    "inventory",
    'An action that is not possible is answered "Nothing happens."',
  ].join("\n");
}
