// Builds the viewer's page: one HTML file, one classic script and one style sheet. Modules would not load from a file on a disk,
// and an exported folder is opened that way.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

/** Vite names every script a module. */
const classicScript: Plugin = {
  name: "classic-script",
  enforce: "post",
  transformIndexHtml: (html) =>
    html.replace(/<script type="module" crossorigin/g, "<script defer").replace(/ crossorigin/g, ""),
};

export default defineConfig({
  root: "src/viewer/client",
  base: "./",
  plugins: [svelte(), classicScript],
  build: {
    outDir: "../../../dist/page",
    emptyOutDir: true,
    target: "es2022",
    // `light-dark()` stays as it is written.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    modulePreload: false,
    // Inlined images would be `data:` addresses, which the page's policy refuses.
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    rolldownOptions: {
      output: { format: "iife", entryFileNames: "page.js", assetFileNames: "page[extname]" },
    },
  },
});
