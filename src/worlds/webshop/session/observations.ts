/** The ways to look at a page: as text, as text with marked buttons, as HTML, or by its address. */

export const OBSERVATIONS = ["text", "text_rich", "html", "url"] as const;
/** The original's modes: the page as text, as text with its buttons marked, as HTML, or its address alone. */
export type Observation = (typeof OBSERVATIONS)[number];
