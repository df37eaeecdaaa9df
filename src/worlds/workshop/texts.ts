/** What the workshop says, in plain sentences, and how to read them again. */

export const START = "You stand at the workshop's door.";
export const DONE = "Done. This stage of the work is finished.";
export const NOTHING = "Nothing happens.";
export const RUINED = "That was the wrong tool. The piece is ruined, the order is lost.";
export const ACCEPTED = "The customer accepts the piece. The order is filled.";
export const REFUSED = "The customer refuses the piece. The order is lost.";
export const DELIVER = "deliver piece";

const PLACE = /^You are in the ([a-z]+)\. (?:There is no tray here\.|In the tray: (.+)\.)$/;

/** What a room shows; `tray` is empty where no tray lies. */
export interface Place {
  readonly room: string;
  readonly tray: readonly string[];
}

export function placeText({ room, tray }: Place): string {
  if (tray.length === 0) return `You are in the ${room}. There is no tray here.`;
  const tools = tray.map(withArticle);
  return `You are in the ${room}. In the tray: ${tools.slice(0, -1).join(", ")} and ${tools.at(-1)}.`;
}

/** Inverse of `placeText`; null for any other text. */
export function placeIn(observation: string): Place | null {
  const match = PLACE.exec(observation);
  if (!match) return null;
  const tray = match[2]?.split(/, | and /).map((tool) => tool.replace(/^an? /, "")) ?? [];
  return { room: match[1]!, tray };
}

const withArticle = (noun: string) => `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
