/** A row of a file that is held: what of it goes out again, and what is sent. Of a class, as `HeldRow` is. */
import type { Row } from '../../core/predict/rowLayout';

export class FileRow {
	constructor(
		readonly text: string,
		readonly row?: Row,
	) {}
}
