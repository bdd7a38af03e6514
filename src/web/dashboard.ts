/** The dashboard's entry: what `orrery serve` opens. */
import { mount } from "svelte";
import Dashboard from "./dashboard/Dashboard.svelte";

mount(Dashboard, { target: document.getElementById("page")! });
