/** The types of a schema's columns, read once for all rows (hopsworks-api: `deployment_schema.py`). */

/** What a value without others inside it has to be. */
export type ScalarKind =
	| 'integer'
	| 'bigint'
	| 'number'
	| 'decimal'
	| 'text'
	| 'boolean'
	| 'timestamp'
	| 'date'
	| 'binary'
	| 'any';

export type ColumnType = { text: string } & (
	| { kind: ScalarKind }
	| { kind: 'list'; element: ColumnType }
	| { kind: 'map'; value: ColumnType }
	| { kind: 'struct'; fields: Map<string, ColumnType> }
);

const KINDS = new Map<string, ScalarKind>([
	['tinyint', 'integer'],
	['smallint', 'integer'],
	['int', 'integer'],
	['integer', 'integer'],
	['bigint', 'bigint'],
	['float', 'number'],
	['double', 'number'],
	['string', 'text'],
	['boolean', 'boolean'],
	['timestamp', 'timestamp'],
	['date', 'date'],
	['binary', 'binary'],
]);

/** Types that are known by how they begin, whatever follows: `decimal(10,2)`, `varchar(20)`. */
const PREFIXES: Array<[prefix: string, kind: ScalarKind]> = [
	['decimal', 'decimal'],
	['varchar', 'text'],
	['char', 'text'],
];

/** Types in one another deeper than this are not looked into: no table has them, and each level is a call on the stack. */
const MOST_TYPE_LEVELS = 50;

/** A type as Hopsworks writes it. What its predictor does not know takes anything, as it does there. */
export function readColumnType(written: string, levels = MOST_TYPE_LEVELS): ColumnType {
	const text = written.trim().toLowerCase();
	const simple = KINDS.get(text) ?? PREFIXES.find(([prefix]) => text.startsWith(prefix))?.[1];
	if (simple) return { text, kind: simple };
	const inner = (name: string): string | undefined =>
		levels > 0 && text.startsWith(`${name}<`) && text.endsWith('>') ? text.slice(name.length + 1, -1) : undefined;
	const element = inner('array');
	if (element !== undefined) return { text, kind: 'list', element: readColumnType(element, levels - 1) };
	const [, value, ...others] = partsOfType(inner('map') ?? '');
	if (value !== undefined && others.length === 0) {
		return { text, kind: 'map', value: readColumnType(value, levels - 1) };
	}
	const members = inner('struct');
	if (members === undefined) return { text, kind: 'any' };
	const fields = partsOfType(members).flatMap((part): Array<[string, ColumnType]> => {
		const colon = part.indexOf(':');
		return colon < 0 ? [] : [[part.slice(0, colon).trim(), readColumnType(part.slice(colon + 1), levels - 1)]];
	});
	return { text, kind: 'struct', fields: new Map(fields) };
}

/** A list cut at its commas, those between the angle brackets of a type aside. */
function partsOfType(list: string): string[] {
	const parts: string[] = [];
	let depth = 0;
	let start = 0;
	for (let at = 0; at < list.length; at++) {
		if (list[at] === '<') depth++;
		else if (list[at] === '>') depth--;
		else if (list[at] === ',' && depth === 0) {
			parts.push(list.slice(start, at));
			start = at + 1;
		}
	}
	return start === list.length ? parts : [...parts, list.slice(start)];
}
