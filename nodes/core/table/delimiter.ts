/** What stands between the cells of a CSV file. */
import { csvRecords } from './csvRecords';

/** In the order in which they are taken where two read a file equally well: a comma stands in numbers and texts, too. */
const DELIMITERS = ['\t', ';', '|', ','];

/** Records after which a file is taken to be known. */
const MOST_RECORDS = 100;

/** How well a delimiter reads a text; undefined where its first record, the header, has only one cell. */
function fitOf(text: string, isWhole: boolean, delimiter: string): { even: number; cells: number } | undefined {
	const { rows } = csvRecords(text, delimiter, isWhole, 1);
	// A header may be longer than what is looked at.
	const known = rows.length > 0 ? rows : csvRecords(text, delimiter, true, 1).rows;
	const [header, ...others] = known.slice(0, MOST_RECORDS);
	const cells = header?.cells.length ?? 0;
	if (!header || cells < 2 || header.isMisquoted) return undefined;
	const even = others.filter((row) => row.cells.length === cells && !row.isMisquoted).length;
	return { even: others.length === 0 ? 1 : even / others.length, cells };
}

/**
 * The delimiter of a CSV file by its beginning: the one with which most records have as many cells as the header. `isWhole`
 * tells that the text is the whole file. Undefined where the header has none, so that each line is one cell.
 */
export function findDelimiter(text: string, isWhole: boolean): string | undefined {
	let best: { delimiter: string; even: number; cells: number } | undefined;
	for (const delimiter of DELIMITERS) {
		const fit = fitOf(text, isWhole, delimiter);
		if (!fit) continue;
		const isBetter = !best || fit.even > best.even || (fit.even === best.even && fit.cells > best.cells);
		if (isBetter) best = { delimiter, ...fit };
	}
	return best?.delimiter;
}
