/**
 * The play-head: the part of the report's script that moves training time. A section whose figures have a clock
 * (`figure/clock.ts`) has one control a clock; it moves the lines of all their plots and chooses their pictures of one
 * moment. Nothing moves before the reader does.
 */
export const playHeadScript = `
for (const control of document.querySelectorAll(".clock")) startClock(control);

function startClock(control) {
	const name = control.dataset.clock;
	const [button, slider, readOut] = control.querySelectorAll("button, input, .read-out");
	const drawings = [...control.closest("section").querySelectorAll("svg[data-clock]")].filter((svg) => svg.dataset.clock === name);
	const lines = drawings.flatMap((svg) => [...svg.querySelectorAll(".play-head")]).map((node) => {
		const [kind, ...numbers] = node.parentNode.dataset.x.split(" ");
		const [left, right, from, to] = numbers.map(Number);
		return { node, from, to, left, right, scale: kind === "log" ? Math.log : Number };
	});
	const pictures = drawings.map((svg) => [...svg.querySelectorAll("[data-frame]")].map((node) => ({ node, at: Number(node.dataset.frame) })));
	const moments = drawings.flatMap((svg) => JSON.parse(svg.dataset.moments));

	// The slider runs over all that the figures show, on a logarithmic scale if a plot does.
	const times = [...lines.flatMap(({ from, to }) => [from, to]), ...pictures.flat().map(({ at }) => at)];
	const isLog = lines.some(({ scale }) => scale === Math.log);
	const first = Math.min(...(isLog ? times.filter((at) => at > 0) : times));
	const last = Math.max(...times);
	const most = Number(slider.max);
	const shareOf = (at) => isLog ? Math.log(at / first) / Math.log(last / first) : (at - first) / (last - first);
	const timeOf = (share) => isLog ? first * (last / first) ** share : first + (last - first) * share;

	// Names are not broken at their hyphens.
	const who = (runs) => runs.length > 3 ? runs.length + " runs" : runs.join(", ").replaceAll("-", "\u2011");

	function phasesAt(at) {
		const phases = new Map();
		for (const run of new Set(moments.map((moment) => moment.run))) {
			const ends = moments.filter((moment) => moment.run === run).sort((a, b) => a.at - b.at);
			const here = ends.find((end) => Math.abs(shareOf(end.at) - shareOf(at)) * most < 1);
			const before = ends.findLast((end) => end.at <= at);
			const after = ends.find((end) => end.at > at);
			const phase = here ? "at " + here.label
				: before && after ? "between " + before.label + " and " + after.label
				: before ? "after " + before.label : "before " + after.label;
			phases.set(phase, [...(phases.get(phase) ?? []), run]);
		}
		return [...phases].map(([phase, runs]) => ", " + phase + (phases.size > 1 ? " (" + who(runs) + ")" : "")).join("");
	}

	function move(at) {
		for (const { node, from, to, left, right, scale } of lines) {
			const share = (scale(at) - scale(from)) / (scale(to) - scale(from));
			const isInside = share >= -1e-9 && share <= 1 + 1e-9;
			node.setAttribute("visibility", isInside ? "visible" : "hidden");
			for (const end of ["x1", "x2"]) if (isInside) node.setAttribute(end, String(left + share * (right - left)));
		}
		for (const frames of pictures) {
			// The latest picture up to now, within a hair: a slider's step is not a frame's time.
			const shown = Math.max(...frames.map((frame) => frame.at).filter((time, i) => i === 0 || shareOf(time) * most < shareOf(at) * most + 0.5));
			for (const frame of frames) frame.node.setAttribute("visibility", frame.at === shown ? "visible" : "hidden");
		}
		tell(at);
	}

	function tell(at) {
		readOut.textContent = name + " = " + Number(at.toPrecision(3)) + phasesAt(at);
		slider.setAttribute("aria-valuetext", readOut.textContent);
	}

	// A whole run takes twelve seconds; where the reader wants less motion, it goes in steps of half a second.
	// The first time it starts at the beginning, not at T1, where the slider waits.
	let playing = 0;
	let isUntouched = true;
	function play(isPlaying) {
		clearInterval(playing);
		playing = 0;
		button.textContent = isPlaying ? "❚❚ Pause" : "▶ Play";
		if (!isPlaying) return;
		if (isUntouched || slider.valueAsNumber >= most) slider.value = "0";
		isUntouched = false;
		const pause = matchMedia("(prefers-reduced-motion: reduce)").matches ? 500 : 40;
		let now = slider.valueAsNumber;
		playing = setInterval(() => {
			now = Math.min(most, now + most * pause / 12000);
			slider.value = String(now);
			move(timeOf(now / most));
			if (now >= most) play(false);
		}, pause);
	}

	button.addEventListener("click", () => play(!playing));
	slider.addEventListener("input", () => {
		play(false);
		isUntouched = false;
		move(timeOf(slider.valueAsNumber / most));
	});
	const start = moments.find(({ label }) => label === "T1")?.at ?? last;
	slider.value = String(Math.round(shareOf(start) * most));
	tell(start);
	control.hidden = false;
}
`;
