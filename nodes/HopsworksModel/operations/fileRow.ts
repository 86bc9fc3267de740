/** A row of a file that is held: what of it goes out again, and what is sent. Of a class, as `HeldRow` is. */
import type { Row } from '../../core/predict/rowLayout';
import type { Carrier } from '../../n8n/sentRows';

export class FileRow {
	/** The request that carried it last. */
	carrier: Carrier | undefined = undefined;

	constructor(
		readonly text: string,
		readonly row?: Row,
	) {}

	carriedBy(carrier: Carrier | undefined): void {
		this.carrier = carrier ?? this.carrier;
	}
}
