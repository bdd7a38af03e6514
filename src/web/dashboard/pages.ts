/** The pages of the dashboard by the name that the address gives them (`shell/router.ts`). */
import type { Component } from "svelte";
import RunPage from "../run/RunPage.svelte";
import ComparePage from "./ComparePage.svelte";
import RunsPage from "./RunsPage.svelte";

export const pages: Readonly<Record<string, Component>> = {
	"": RunsPage,
	compare: ComparePage,
	run: RunPage,
};
