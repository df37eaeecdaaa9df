/** How a page of `html.ts` looks: on a wide screen, on a phone, light, dark and printed. */

export const STYLE = `
:root { color-scheme: light dark; --page: #fff; --text: #1a1d21; --quiet: #565d66; --line: #dfe3e7; --box: #f4f6f8; --link: #0066a8; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 2rem 2rem 4rem; max-width: 84rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { margin: 0 0 1.2rem; color: var(--quiet); font-size: 1rem; font-weight: 600; overflow-wrap: anywhere; }
h2 { margin: 2.6rem 0 .5rem; font-size: 1.35rem; scroll-margin-top: 1rem; }
h3 { margin: 0; font-size: 1.05rem; overflow-wrap: anywhere; }
p { margin: .7rem 0; max-width: 46rem; overflow-wrap: anywhere; }
a { color: var(--link); }
code { padding: .05em .3em; border-radius: .25em; background: var(--box); font: .92em ui-monospace, monospace; overflow-wrap: anywhere; }
.first { display: grid; gap: 1rem 3.5rem; align-items: start; margin-bottom: 2rem; }
.answer { margin: 0 0 1.2rem; font-size: clamp(1.35rem, 1.05rem + 1.35vw, 2.05rem); line-height: 1.25; font-weight: 650;
  letter-spacing: -.01em; text-wrap: pretty; }
.follows { margin: .8rem 0; font-size: clamp(1.05rem, 1rem + .25vw, 1.2rem); }
.next strong { font-weight: 650; }
.next { padding: .7rem 1rem; border-left: .3rem solid var(--link); background: var(--box); }
nav { font-size: .95rem; }
nav ul { margin: 0; padding: 0; list-style: none; }
nav a { display: block; padding: .3rem 0; text-decoration: none; overflow-wrap: anywhere; }
nav a:hover { text-decoration: underline; }
nav li li a { padding-left: .8rem; border-left: 2px solid var(--line); color: var(--text); font-size: .9rem; }
details { border-top: 1px solid var(--line); }
details:last-of-type { border-bottom: 1px solid var(--line); }
summary { padding: .75rem .2rem; cursor: pointer; }
summary:hover { background: var(--box); }
summary h3 { display: inline; }
.inside { padding: .3rem .2rem 1.5rem; scroll-margin-top: 4rem; }
section { padding-bottom: .5rem; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.facts div { display: grid; grid-template-columns: 11rem minmax(0, 1fr); padding: .3rem 0; }
.facts, .terms { margin: 0; }
.facts dt { color: var(--quiet); }
.facts dd, .terms dd { margin: 0; max-width: 46rem; overflow-wrap: anywhere; }
.terms dt { margin-top: .8rem; font-weight: 600; }
.scroll { overflow-x: auto; background: linear-gradient(to left, var(--page) 40%, transparent) right / 2rem 100% no-repeat local,
  linear-gradient(to left, rgb(0 0 0 / .25), transparent) right / .7rem 100% no-repeat; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th { border-bottom: 2px solid var(--quiet); font-weight: 600; vertical-align: bottom; }
th, td { padding: .4rem .65rem .4rem 0; text-align: left; }
td { border-bottom: 1px solid var(--line); white-space: nowrap; }
.number { padding: .4rem 0 .4rem .65rem; text-align: right; }
th:first-child, td:first-child { position: sticky; left: 0; background: var(--page); }
.text td { white-space: normal; overflow-wrap: anywhere; vertical-align: top; }
.text td:first-child { min-width: 7rem; }
.note { color: var(--quiet); font-size: .95rem; }
figure { margin: 0; overflow-x: auto; }
figure svg { display: block; width: 100%; height: auto; max-width: 36rem; }
.inside figure { margin-top: 1.2rem; }
figure svg text { font-family: inherit; }
figure svg > [fill="white"] { fill: none; }
@media (min-width: 62rem) {
  .first { grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr); }
  .rest { display: grid; grid-template-columns: 12rem minmax(0, 1fr); gap: 0 2.5rem; align-items: start; }
  nav { position: sticky; top: 0; max-height: 100vh; overflow-y: auto; padding: .45rem 0 1rem; }
}
@media (max-width: 61.99rem) {
  body { padding: 1.2rem 1rem 3rem; }
  nav { margin-bottom: 1rem; padding: .7rem 1rem; border-radius: .4rem; background: var(--box); }
  nav li ul { display: none; }
}
@media (max-width: 40rem) {
  .facts div { grid-template-columns: 1fr; }
  th:first-child, td:first-child { min-width: 6rem; max-width: 9rem; white-space: normal; overflow-wrap: break-word; }
  .text th:first-child, .text td:first-child { position: static; max-width: none; }
}
@media (prefers-color-scheme: dark) {
  :root { --page: #14171b; --text: #e8eaed; --quiet: #a5adb6; --line: #343a41; --box: #1f242a; --link: #7cc0f5; }
  figure svg [fill="#000"], figure svg [fill="#000000"] { fill: #e8eaed; }
  figure svg [stroke="#000"], figure svg [stroke="#000000"] { stroke: #e8eaed; }
  figure svg [fill="#555555"], figure svg [fill="#666666"] { fill: #a5adb6; }
  figure svg [stroke="#666666"], figure svg [stroke="#888"] { stroke: #a5adb6; }
  figure svg [stroke="#e8e8e8"] { stroke: #2c3238; }
  figure svg [fill="#0072B2"] { fill: #62b3f0; }
  figure svg [stroke="#0072B2"] { stroke: #62b3f0; }
  figure svg [fill="#D55E00"] { fill: #f58c4a; }
  figure svg [stroke="#D55E00"] { stroke: #f58c4a; }
  figure svg [fill="#56B4E9"] { fill: #b4def7; }
  figure svg [stroke="#56B4E9"] { stroke: #b4def7; }
}
@media print {
  :root { color-scheme: light; --page: #fff; --text: #000; --quiet: #444; --line: #ccc; --box: #fff; --link: #000; }
  body { padding: 0; max-width: none; font-size: 10pt; }
  nav { display: none; }
  .rest { display: block; }
  .first { grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr); }
  .scroll { overflow: visible; }
  table { font-size: 8pt; }
  th, td, .number { padding: .2rem .5rem .2rem 0; white-space: normal; }
  h2, summary { break-after: avoid; }
  figure, tr { break-inside: avoid; }
  details::details-content { display: block; content-visibility: visible; }
}
`;
