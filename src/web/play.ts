/** The playground's entry. */
import { mount } from "svelte";
import Playground from "./play/Playground.svelte";

mount(Playground, { target: document.getElementById("page")! });
