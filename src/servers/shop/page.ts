/**
 * One page of the shop as a person sees it: the same things that an agent reads, as HTML. Every button sends an action, to
 * the address `act` beside the page's own.
 */
import { type Html, html } from "./html.ts";
import { STYLE } from "./style.ts";

/** What is on a page. `action` is what choosing a thing sends to the environment. */
export interface ShopPage {
  readonly kind: "index" | "results" | "item" | "sub" | "done";
  /** What the customer wants. */
  readonly instruction: string;
  /** `Page 1 (Total results: 50)`. */
  readonly heading?: string;
  readonly products?: readonly ShopProduct[];
  readonly item?: ShopItem;
  /** Paragraphs of a description, features … */
  readonly texts?: readonly string[];
  readonly buttons: readonly ShopButton[];
  /** In [0, 1]; only on the last page. */
  readonly score?: number;
}

export interface ShopButton {
  readonly label: string;
  readonly action: string;
}

export interface ShopProduct {
  readonly asin: string;
  readonly title: string;
  readonly price: string;
  readonly action: string;
}

export interface ShopItem {
  readonly title: string;
  readonly price: string;
  readonly options: readonly {
    readonly name: string;
    readonly values: readonly (ShopButton & { readonly isChosen: boolean })[];
  }[];
}

/** Where in the session a page is shown. */
export interface Turn {
  /** Answers to any other page are out of date. */
  readonly number: number;
  /** Actions done and allowed in this episode. */
  readonly steps: number;
  readonly maxSteps: number;
}

/** A whole document. */
export function shopDocument(page: ShopPage, turn: Turn): string {
  const body = page.kind === "done" ? donePage(page, turn) : openPage(page, turn);
  return documentOf(page.kind === "done" ? "Order placed" : "Shop", body);
}

/** The document shown when nothing is left to do. */
export function farewell(message: string): string {
  return documentOf(
    "Goodbye",
    html`<main class="card centre"><h1>${message}</h1><p>You can close this page.</p></main>`,
  );
}

function documentOf(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · gleaner</title><style>${{ html: STYLE }}</style></head>
<body>${body}</body>
</html>
`.html;
}

function openPage(page: ShopPage, turn: Turn): Html {
  return html`<header>
<p class="brand">gleaner <span>shop</span></p>
<section class="wish"><h2>Your customer wants</h2><p>${page.instruction}</p></section>
<p class="steps" title="actions so far, and how many an episode may have">step ${turn.steps} of ${turn.maxSteps}</p>
</header>
<main>
${page.kind === "item" ? null : toolbar(page, turn)}
${page.kind === "index" ? searchForm(turn) : null}
${page.heading ? html`<h1 class="found">${page.heading}</h1>` : null}
${page.products ? results(page.products, turn) : null}
${page.item ? item(page.item, page.buttons, turn) : null}
${page.texts ? texts(page.texts) : null}
</main>`;
}

function searchForm(turn: Turn): Html {
  return html`<form method="post" action="act" class="card search">${turnField(turn)}
<input name="query" aria-label="What to search for" placeholder="What to search for" autocomplete="off" required autofocus>
<button class="main">Search</button></form>`;
}

/** On an item's page the buttons stand beside what they are about. */
function toolbar({ kind, buttons }: ShopPage, turn: Turn): Html | null {
  if (kind === "index" || buttons.length === 0) return null;
  return html`<nav>${buttons.map((button) => actionButton(button, turn, "quiet"))}</nav>`;
}

function results(products: readonly ShopProduct[], turn: Turn): Html {
  if (products.length === 0) return html`<p class="card centre">Nothing here.</p>`;
  const rows = products.map(
    (product) => html`<li class="card">${tile(product.asin, product.title)}
<div><h3>${product.title}</h3><p class="asin">${product.asin}</p></div>
<p class="price">${product.price}</p>${actionButton({ label: "View", action: product.action }, turn, "main")}</li>`,
  );
  return html`<ol class="results">${rows}</ol>`;
}

const BUY = /^click\[buy now\]$/i;
const BACK = /^click\[(back to search|< prev)\]$/i;

function item({ title, price, options }: ShopItem, buttons: readonly ShopButton[], turn: Turn): Html {
  const those = (wanted: (action: string) => boolean, look: string) =>
    buttons.filter(({ action }) => wanted(action)).map((button) => actionButton(button, turn, look));
  const groups = options.map(
    ({ name, values }) =>
      html`<fieldset><legend>${name}</legend>${values.map((value) =>
        actionButton(value, turn, value.isChosen ? "chosen" : "choice"),
      )}</fieldset>`,
  );
  return html`<nav>${those((action) => BACK.test(action), "quiet")}</nav>
<article class="card item">${tile(title, title)}<div><h1>${title}</h1><p class="price">${price}</p>
${groups}<div class="buy">${those((action) => BUY.test(action), "main")}</div></div></article>
<nav>${those((action) => !BUY.test(action) && !BACK.test(action), "quiet")}</nav>`;
}

function texts(paragraphs: readonly string[]): Html {
  const shown = paragraphs.filter((text) => text.trim() !== "");
  if (shown.length === 0) return html`<p class="card centre">Nothing here.</p>`;
  return html`<article class="card">${shown.map((text) => html`<p>${text}</p>`)}</article>`;
}

function donePage({ score = 0 }: ShopPage, turn: Turn): Html {
  const verdict =
    score >= 1 ? "Exactly what was wanted." : score > 0 ? "Partly what was wanted." : "Not what was wanted.";
  const next = { label: "Next customer", action: "another" };
  const stop = { label: "Stop", action: "stop" };
  return html`<main class="card centre"><h1>Thank you for shopping</h1>
<p class="score">${score.toFixed(2)}</p><p>${verdict} Recorded after ${turn.steps} steps.</p>
<div class="buy">${[actionButton(next, turn, "main"), actionButton(stop, turn, "quiet")]}</div></main>`;
}

/** A picture of our own: pictures of products lie on other people's servers. */
function tile(key: string, title: string): Html {
  const hue = [...key].reduce((sum, character) => (sum * 31 + character.codePointAt(0)!) % 360, 7);
  const initial = /[\p{L}\p{N}]/u.exec(title)?.[0]?.toUpperCase() ?? "·";
  return html`<svg class="tile" viewBox="0 0 40 40" aria-hidden="true"><rect width="40" height="40" rx="6" fill="hsl(${hue} 45% 88%)"/><text x="20" y="27" text-anchor="middle" font-size="20" fill="hsl(${hue} 45% 35%)">${initial}</text></svg>`;
}

const turnField = ({ number }: Turn) => html`<input type="hidden" name="turn" value="${number}">`;

function actionButton({ label, action }: ShopButton, turn: Turn, look: string): Html {
  return html`<form method="post" action="act">${turnField(turn)}<button class="${look}" name="action" value="${action}">${label}</button></form>`;
}
