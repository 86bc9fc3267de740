/** The name and kind of a file that comes out of a table. */
import type { TableFormat } from './tableFormat';

const ENDINGS: Record<TableFormat, string> = { csv: '.csv', jsonLines: '.jsonl' };

/** By the ending of a name. */
const MEDIA_TYPES: Record<string, string> = {
	'.gz': 'application/gzip',
	'.tsv': 'text/tab-separated-values',
	'.csv': 'text/csv',
	'.jsonl': 'application/jsonl',
	'.ndjson': 'application/x-ndjson',
};

const PACKED = '.gz';

export interface OutputFile {
	name: string;
	mediaType: string;
	/** Whether it is compressed with gzip. */
	isPacked: boolean;
}

/** A file by its name: its last ending tells what it is. */
export function outputFile(name: string, format: TableFormat): OutputFile {
	const [ending = ''] = /\.\w+$/.exec(name.toLowerCase()) ?? [];
	const mediaType = MEDIA_TYPES[ending] ?? MEDIA_TYPES[ENDINGS[format]] ?? '';
	return { name, mediaType, isPacked: ending === PACKED };
}

/** The name of a file with words added before its endings: `payments.csv.gz` becomes `payments-predictions.csv.gz`. */
export function nameWith(name: string | undefined, added: string, format: TableFormat, isPacked: boolean): string {
	if (!name) return `${added}${ENDINGS[format]}${isPacked ? PACKED : ''}`;
	const plain = name.replace(/\.gz$/i, '');
	const packed = isPacked || plain !== name ? PACKED : '';
	const [ending = ''] = /\.\w+$/.exec(plain) ?? [];
	return `${plain.slice(0, plain.length - ending.length)}-${added}${ending}${packed}`;
}
