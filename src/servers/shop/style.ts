/** How the shop looks; one sheet inside each document, so that the page needs nothing from anywhere. */
export const STYLE = `
:root { color-scheme: light; --ink: #1d2330; --soft: #667085; --line: #e4e7ec; --paper: #fff; --ground: #f6f7f9; --accent: #0b6e4f; }
* { box-sizing: border-box; margin: 0; }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
header { display: grid; grid-template-columns: auto 1fr auto; gap: 2rem; align-items: center; padding: .9rem 2rem; background: var(--paper); border-bottom: 1px solid var(--line); position: sticky; top: 0; }
.brand { font-weight: 700; font-size: 1.2rem; } .brand span { color: var(--accent); }
.wish h2 { font-size: .72rem; font-weight: 600; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); }
.steps { color: var(--soft); font-size: .85rem; white-space: nowrap; }
main { max-width: 60rem; margin: 1.5rem auto; padding: 0 1rem; display: grid; gap: 1rem; }
.card { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 1.1rem 1.3rem; }
.centre { text-align: center; justify-items: center; }
main.card { max-width: 34rem; margin-top: 12vh; padding: 3rem 2rem; }
h1 { font-size: 1.35rem; line-height: 1.3; } h1.found { font-size: .95rem; font-weight: 500; color: var(--soft); } h3 { font-size: 1rem; font-weight: 600; line-height: 1.35; }
nav, .buy { display: flex; flex-wrap: wrap; gap: .5rem; } .buy { margin-top: 1.2rem; justify-content: inherit; } main.centre .buy { justify-content: center; }
.search { display: flex; gap: .6rem; margin-top: 8vh; }
input { flex: 1; font: inherit; padding: .6rem .8rem; border: 1px solid var(--line); border-radius: 8px; min-width: 0; }
button { font: inherit; border-radius: 8px; border: 1px solid var(--line); background: var(--paper); color: var(--ink); padding: .45rem .9rem; cursor: pointer; text-align: left; overflow-wrap: anywhere; }
button:hover { border-color: var(--accent); } button:focus-visible, input:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
button.main { background: var(--accent); border-color: var(--accent); color: #fff; font-weight: 600; }
button.chosen { background: #e3f3ec; border-color: var(--accent); color: #084c37; font-weight: 600; }
.results { list-style: none; padding: 0; display: grid; gap: .7rem; }
.results li { display: grid; grid-template-columns: 3.5rem 1fr auto auto; gap: 1.1rem; align-items: center; }
.tile { width: 100%; min-width: 3rem; display: block; }
.asin { color: var(--soft); font-size: .8rem; } .price { font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; }
.item { display: grid; grid-template-columns: minmax(6rem, 14rem) 1fr; gap: 1.8rem; align-items: start; } .item .price { font-size: 1.15rem; margin-top: .4rem; white-space: normal; }
fieldset { border: 0; padding: 0; margin-top: 1rem; display: flex; flex-wrap: wrap; gap: .4rem; } legend { font-size: .8rem; font-weight: 600; color: var(--soft); text-transform: capitalize; margin-bottom: .3rem; }
article p + p { margin-top: .6rem; }
.score { font-size: 3rem; font-weight: 700; color: var(--accent); line-height: 1.2; }
@media (max-width: 40rem) { header { grid-template-columns: 1fr; gap: .4rem; position: static; } .results li, .item { grid-template-columns: 3rem 1fr; } }
`;
