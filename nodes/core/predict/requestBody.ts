/** The request of KServe's V1 prediction protocol, and of TensorFlow Serving's REST API. */
import { encode } from '../json/json';
import type { RequestField } from './requestField';
import type { Row } from './rowLayout';

/** The bytes that a row takes in a request, with what parts it from the next one. */
export function rowSize(row: Row): number {
	if (typeof row === 'string') return Buffer.byteLength(row) + 1;
	return row.cells.reduce((sum, cell) => sum + Buffer.byteLength(cell) + 1, 0);
}

/** The rows of a request: one list of rows, or one list per column. */
export function rowsText(rows: readonly Row[]): string {
	const [first] = rows;
	if (first === undefined || typeof first === 'string') return `[${rows.join()}]`;
	const lists = first.columns.map((column, index) => {
		const cells = rows.map((row) => (typeof row === 'string' ? row : row.cells[index]));
		return `${encode(column)}:[${cells.join()}]`;
	});
	return `{${lists.join()}}`;
}

/** The request text for the rows of a batch; `extraFields` are further top-level fields, such as `signature_name`. */
export function requestBody(
	rows: readonly Row[],
	requestField: RequestField,
	extraFields: Record<string, unknown>,
): string {
	const extra = Object.entries(extraFields).map(([name, value]) => `,${encode(name)}:${encode(value)}`);
	return `{"${requestField}":${rowsText(rows)}${extra.join('')}}`;
}
