/** Which kind of table a file is. */
import { badInput, success, type Outcome } from '../failure/outcome';

export type TableFormat = 'csv' | 'jsonLines';

const NAMES: Array<[format: TableFormat, names: RegExp]> = [
	['csv', /\.(?:csv|tsv|tab|psv)(?:\.gz)?$/i],
	['jsonLines', /\.(?:jsonl|ndjson|jsonlines)(?:\.gz)?$/i],
];

const MEDIA_TYPES: Array<[format: TableFormat, types: RegExp]> = [
	['csv', /^(?:text|application)\/(?:csv|x-csv|tab-separated-values)\b/i],
	['jsonLines', /^(?:text|application)\/(?:x-)?(?:jsonl|jsonlines|ndjson|json-lines|json-seq)\b/i],
];

const SAVE_AS_CSV =
	"Save the table as CSV, or read the file with n8n's 'Extract From File' and use the operation 'Predict'.";

/** What begins so is no table of text, whatever its name says: latin1 text of the first bytes. */
const OTHERS: Array<[begins: RegExp, what: string, advice: string]> = [
	[/^PK[^\P{Cc}\s]{2}/u, 'a ZIP or Excel file', `Unpack it first if it is a ZIP file. ${SAVE_AS_CSV}`],
	[/^\xd0\xcf[^\P{Cc}\s]\xe0/u, 'an older Excel file', SAVE_AS_CSV],
	[/^PAR1[^\P{Cc}\s]/u, 'a Parquet file', 'Save the table as CSV or JSON Lines.'],
	[
		/^(?:(?:ARROW1|Obj|ORC|SQLite format 3|\x80)[^\P{Cc}\s]|\x89HDF)/u,
		'a binary file',
		'Save the table as CSV or JSON Lines.',
	],
	[/^%PDF-/, 'a PDF file', 'Save the table as CSV.'],
	[
		/^(?:\x28\xb5\x2f\xfd|BZh\d1AY|\xfd7zXZ|7z\xbc\xaf)/,
		'packed in another way than gzip',
		'Unpack it first, or pack it with gzip.',
	],
	[/^(?:\x89PNG|\xff\xd8\xff|GIF8|RIFF)/, 'a picture or a recording', 'Choose the field that holds the table.'],
	[
		/^(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|\?xml)/i,
		'a web page or XML',
		'Where it was downloaded, look at what it says: often that a login is needed.',
	],
];

/** Characters of the beginning that are looked at. */
const LOOKED_AT = 1024;

/** Fails where the first bytes of a file, unpacked, are those of something that is no table of text. */
export function checkTable(bytes: Uint8Array): Outcome<void> {
	const begin = Buffer.from(bytes.slice(0, LOOKED_AT)).toString('latin1');
	const [, what, advice] = OTHERS.find(([begins]) => begins.test(begin)) ?? [];
	if (what === undefined || advice === undefined) return success(undefined);
	return badInput(`The file is no table: it seems to be ${what}`, advice);
}

/** The format by a file's name, else by its media type; undefined where neither tells. */
function formatByName({ fileName = '', mediaType = '' }: FileNames): TableFormat | undefined {
	const named = NAMES.find(([, names]) => names.test(fileName));
	return (named ?? MEDIA_TYPES.find(([, types]) => types.test(mediaType)))?.[0];
}

interface FileNames {
	fileName?: string;
	mediaType?: string;
}

/** The format of a file, by its names or else by the beginning of its text. */
export function tableFormatOf(names: FileNames, text: string): Outcome<TableFormat> {
	const named = formatByName(names);
	if (named === 'csv') return success(named);
	const begin = text.slice(0, LOOKED_AT).trimStart();
	if (begin.startsWith('[') && !/^\[[\w ]+\]/.test(begin)) return jsonDocument('a JSON array');
	if (/^\{\s*[\r\n]/.test(begin)) return jsonDocument('one JSON document over several lines');
	return success(named ?? (begin.startsWith('{') ? 'jsonLines' : 'csv'));
}

function jsonDocument(what: string): Outcome<never> {
	return badInput(
		`The file is not JSON Lines: it seems to be ${what}`,
		"Write one object a line, or read the file with n8n's 'Extract From File' and use the operation 'Predict'.",
	);
}
