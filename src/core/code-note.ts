/** What the notes on a user's own world say of its code. */

const HEAD = "The code of ";

/** `file`: its name alone. */
export const codeNote = (file: string, hash: string): string => `${HEAD}${file} is ${hash}.`;

export const isCodeNote = (note: string): boolean => note.startsWith(HEAD);
