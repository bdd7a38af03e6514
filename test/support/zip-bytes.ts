/** Zip archives made by hand, as damaged as a test wants them. */
import { crc32 } from "node:zlib";

export interface ZipPart {
	readonly name: string;
	readonly data: Uint8Array;
	/** What the directory says instead of the truth. */
	readonly lie?: {
		readonly size?: number;
		readonly offset?: number;
		readonly method?: number;
		readonly flags?: number;
	};
	/** Bytes of the extra field that the entry's own header claims and does not have. */
	readonly extra?: number;
}

/** An archive of stored entries, one after another, and its directory. */
export function zipBytes(parts: readonly ZipPart[]): Buffer {
	const [bodies, directory]: [Buffer[], Buffer[]] = [[], []];
	let at = 0;
	for (const { name, data, lie = {}, extra = 0 } of parts) {
		const size = lie.size ?? data.length;
		const fields = [20, lie.flags ?? 0, lie.method ?? 0, 0, 0].map(u16);
		const rest = [u32(crc32(data)), u32(size), u32(size), u16(name.length)];
		bodies.push(Buffer.concat([u32(0x04034b50), ...fields, ...rest, u16(extra), Buffer.from(name), data]));
		directory.push(
			Buffer.concat([
				...[u32(0x02014b50), u16(20), ...fields, ...rest, u16(0), u16(0), u16(0), u16(0), u32(0)],
				...[u32(lie.offset ?? at), Buffer.from(name)],
			]),
		);
		at += bodies.at(-1)!.length;
	}
	const table = Buffer.concat(directory);
	const end = [
		u32(0x06054b50),
		u16(0),
		u16(0),
		u16(parts.length),
		u16(parts.length),
		u32(table.length),
		u32(at),
	];
	return Buffer.concat([...bodies, table, ...end, u16(0)]);
}

const u16 = (n: number): Buffer => Buffer.from([n & 255, (n >> 8) & 255]);
const u32 = (n: number): Buffer => Buffer.concat([u16(n & 65535), u16(Math.floor(n / 65536))]);
