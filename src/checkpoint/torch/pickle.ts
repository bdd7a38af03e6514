/**
 * A machine that reads Python's pickles, protocols 0 to 5, and executes nothing.
 *
 * A pickle is a program for a stack machine, and two of its instructions, GLOBAL and REDUCE, import and call anything.
 * Here GLOBAL gives a name on a list (values.ts) or the file is refused, and REDUCE knows by heart what those few
 * functions would have made. Work and memory are bounded by the length of the pickle: what would copy more, such as a
 * list that is turned into a dictionary a million times, is refused.
 * (Format: CPython's Lib/pickletools.py; the functions: torch/_utils.py.)
 */
import { Machine, nameOf, tuple } from "./machine.ts";
import { storageOf } from "./rebuild.ts";
import type { Value } from "./values.ts";

const stop = ".".charCodeAt(0);

/** The value that a pickle describes. Throws UserError, naming `file` and the byte, if it is damaged or harmful. */
export function readPickle(bytes: Uint8Array, file: string): Value {
	const machine = new Machine(bytes, file);
	for (let code = machine.next(); code !== stop; code = machine.next()) {
		const instruction = instructions.get(code) ?? machine.refuse("a known one", `0x${code.toString(16)}`);
		instruction(machine);
	}
	return machine.end();
}

/** Bytes of Python 2's strings: text where they are ASCII, as names are. */
const string = (bytes: Uint8Array): Value =>
	bytes.every((byte) => byte < 128) ? Buffer.from(bytes).toString("latin1") : bytes;

const instructions: ReadonlyMap<number, (machine: Machine) => void> = new Map(
	Object.entries<(m: Machine) => void>({
		// The frame; what FRAME says only helps to read ahead.
		"\x80": (m) => {
			const protocol = m.unsigned(1);
			if (protocol > 5) m.refuse("of protocol 0 to 5", String(protocol));
		},
		"\x95": (m) => m.unsigned(8),

		// The stack and the memory
		"(": (m) => m.mark(),
		"0": (m) => m.popAny(),
		"1": (m) => m.popToMark(),
		"2": (m) => m.push(m.top()),
		g: (m) => m.push(m.get(m.index())),
		h: (m) => m.push(m.get(m.unsigned(1))),
		j: (m) => m.push(m.get(m.unsigned(4))),
		p: (m) => m.put(m.index()),
		q: (m) => m.put(m.unsigned(1)),
		r: (m) => m.put(m.unsigned(4)),
		"\x94": (m) => m.put(),

		// Numbers
		N: (m) => m.push(null),
		"\x88": (m) => m.push(true),
		"\x89": (m) => m.push(false),
		I: (m) => {
			const text = m.line();
			m.push(text === "01" ? true : text === "00" ? false : m.decimal(text));
		},
		J: (m) => m.push(m.signed32()),
		K: (m) => m.push(m.unsigned(1)),
		M: (m) => m.push(m.unsigned(2)),
		L: (m) => m.push(m.decimal(m.line().replace(/L$/, ""))),
		"\x8a": (m) => m.push(m.long(m.unsigned(1))),
		"\x8b": (m) => m.push(m.long(m.signed32())),
		F: (m) => m.push(m.float(m.line())),
		G: (m) => m.push(m.double()),

		// Text and bytes
		S: (m) => {
			const [, , text] = /^(['"])(.*)\1$/.exec(m.line()) ?? [];
			m.push(text ?? m.refuse("text in quotation marks", "none"));
		},
		T: (m) => m.push(string(m.take(m.signed32()))),
		U: (m) => m.push(string(m.take(m.unsigned(1)))),
		V: (m) =>
			m.push(
				m.line().replaceAll(/\\u([\da-f]{4})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
			),
		X: (m) => m.push(m.text(m.unsigned(4))),
		"\x8c": (m) => m.push(m.text(m.unsigned(1))),
		"\x8d": (m) => m.push(m.text(m.unsigned(8))),
		B: (m) => m.push(m.take(m.unsigned(4))),
		C: (m) => m.push(m.take(m.unsigned(1))),
		"\x8e": (m) => m.push(m.take(m.unsigned(8))),
		"\x96": (m) => m.push(m.take(m.unsigned(8))),

		// Containers
		")": (m) => m.push(tuple([])),
		t: (m) => m.push(tuple(m.popToMark())),
		"\x85": (m) => m.push(tuple(m.several(1))),
		"\x86": (m) => m.push(tuple(m.several(2))),
		"\x87": (m) => m.push(tuple(m.several(3))),
		"]": (m) => m.push([]),
		l: (m) => m.push(m.popToMark()),
		a: (m) => m.append(m.several(1)),
		e: (m) => m.append(m.popToMark()),
		"}": (m) => m.push(new Map()),
		d: (m) => {
			const pairs = m.popToMark();
			m.push(new Map());
			m.setItems(pairs);
		},
		s: (m) => m.setItems(m.several(2)),
		u: (m) => m.setItems(m.popToMark()),
		"\x8f": (m) => m.push(new Set()),
		"\x90": (m) => m.add(m.popToMark()),
		"\x91": (m) => m.push(new Set(m.popToMark())),

		// Names, and what they are called with
		c: (m) => {
			const module = m.line();
			m.global(module, m.line());
		},
		"\x93": (m) => {
			const [module, name] = m.several(2);
			m.global(module!, name!);
		},
		R: (m) => {
			const [callable, args] = m.several(2);
			m.call(callable!, args!);
		},
		"\x81": (m) => {
			const [type, args] = m.several(2);
			m.call(type!, args!);
		},
		"\x92": (m) => {
			const [type, args, named] = m.several(3);
			if (!(named instanceof Map)) m.refuse("after named values", nameOf(named!));
			m.call(type!, args!);
		},
		i: (m) => {
			const args = m.popToMark();
			const module = m.line();
			m.global(module, m.line());
			m.call(m.pop(), tuple(args));
		},
		o: (m) => {
			const [type, ...args] = m.popToMark();
			m.call(type ?? m.refuse("after a type", "none"), tuple(args));
		},
		b: (m) => m.build(),
		Q: (m) => m.push(storageOf(m.pop(), m.refuse)),

		P: (m) => m.harmful("a persistent identifier in text"),
		"\x82": (m) => m.harmful("a name from the extension registry"),
		"\x83": (m) => m.harmful("a name from the extension registry"),
		"\x84": (m) => m.harmful("a name from the extension registry"),
		"\x97": (m) => m.harmful("a buffer outside of the file"),
		"\x98": (m) => m.harmful("a buffer outside of the file"),
	}).map(([code, run]) => [code.charCodeAt(0), run]),
);
