/** What the renderings (Markdown, HTML, terminal) have in common: titles, paragraphs and tables of plain, unescaped text. */
import { printable } from "../core/printable.ts";

export interface Column {
  readonly name: string;
  readonly align: "left" | "right";
}

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

export interface Section {
  readonly title: string;
  readonly table?: Table;
  /** Sentences below the table. */
  readonly notes: readonly string[];
  /** The plot that shows the same, by its name. */
  readonly figure?: string;
  /** Left out in the terminal unless everything is asked for: it has less room than a file. */
  readonly isDetail?: boolean;
  /** The heading that it stands below on a page, with its neighbours of the same group. */
  readonly group?: string;
}

export interface Document {
  readonly title: string;
  /** What a reader in a hurry takes along: the first sentence answers, the others say what follows. Absent: no such thing. */
  readonly lead?: readonly string[];
  /** What was looked at, in a few lines. */
  readonly facts?: readonly Fact[];
  /** Where there is a lead, the first one stays open and the others are folded. */
  readonly sections: readonly Section[];
  /** The words that the sections use. */
  readonly glossary?: readonly Term[];
}

/** `seeds`: `1, 2, 3`. */
export interface Fact {
  readonly name: string;
  readonly text: string;
}

/** A word and one sentence that says what it means. */
export interface Term {
  readonly word: string;
  readonly meaning: string;
}

/** All of them below the same heading. */
export const inGroup = (group: string, sections: readonly Section[]): Section[] =>
  sections.map((section) => ({ ...section, group }));

/** Columns of text to the left, of numbers to the right. */
export function tableOf(text: readonly string[], numbers: readonly string[], rows: Table["rows"]): Table {
  const columns = [
    ...text.map((name) => ({ name, align: "left" as const })),
    ...numbers.map((name) => ({ name, align: "right" as const })),
  ];
  return { columns, rows };
}

/** At most `length` characters, and nothing that a terminal or a line-based file would obey: ids are untrusted text. */
export function harmless(text: string, length = 120): string {
  const visible = printable(text.toWellFormed());
  const characters = [...visible];
  return characters.length <= length ? visible : `${characters.slice(0, length - 1).join("")}…`;
}

const SHORT = 8;

/**
 * Labels of categories that fit a table's head, in the same order: the names where all are short, else a number or the
 * longest word that no other category has (`pick_heat_then_place_in_recep` → `heat`), else the category's place.
 */
export function shortLabels(categories: readonly string[]): string[] {
  if (categories.every((name) => name.length <= SHORT)) return [...categories];
  const words = categories.map((name) => name.split(/[^\p{L}\p{N}]+/u).filter(Boolean));
  return words.map((own, index) => {
    const others = new Set(words.toSpliced(index, 1).flat());
    const telling = own.filter((word) => word.length <= SHORT && !others.has(word));
    const longest = telling.toSorted((a, b) => b.length - a.length)[0];
    return telling.find((word) => /\d/.test(word)) ?? longest ?? `#${index + 1}`;
  });
}
