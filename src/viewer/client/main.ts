/** Puts the page into its document. */
import "./style.css";
import { mount } from "svelte";
import App from "./App.svelte";

// The browser has the token as a cookie now: it need not stand in the address, which people copy.
if (location.search.startsWith("?token=")) history.replaceState(null, "", location.pathname + location.hash);

mount(App, { target: document.getElementById("page")! });
