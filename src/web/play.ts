/** The playground's entry. */
import "./no-eval.ts";
import { mount } from "svelte";
import Playground from "./play/Playground.svelte";

mount(Playground, { target: document.getElementById("page")! });
