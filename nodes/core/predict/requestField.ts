/** Under which of two names a deployment reads its rows: what the words of a failure say of it. */
import type { Failure } from '../failure/outcome';

/** Where the rows stand in the request; `examples` belongs to TensorFlow Serving's classify and regress. */
export type RequestField = 'inputs' | 'instances' | 'examples';

type RowField = Exclude<RequestField, 'examples'>;

export function otherField(field: RequestField): RowField {
	return field === 'inputs' ? 'instances' : 'inputs';
}

/** Words that leave no doubt which name is meant: it stands in quotes, as in `KeyError: 'instances'`, or is missed. */
function misses(words: string, field: RowField): boolean {
	const missed = new RegExp(
		`['"\`]${field}['"\`]|\\b(?:no|missing|without|needs?|expects?|requires?) (?:the )?(?:field |key )?${field}\\b`,
		'i',
	);
	return missed.test(words);
}

/** Whether words name a field at all. */
export function namesField(words: string, field: RowField): boolean {
	return new RegExp(`\\b${field}\\b`, 'i').test(words);
}

/**
 * What a failure of rows that went out under one name says of the other name: that it is the right one, that a row should be
 * tried under it, or nothing.
 */
export function adviceOnField({ message, blame }: Failure, sent: RequestField): 'other' | 'try' | 'none' {
	// A server that counts or names rows has read them, but for one that found none at all.
	const isUnread = blame?.kind === 'count' || (blame?.kind === 'rows' && blame.named.size === 0);
	if (!isUnread) return 'none';
	const other = otherField(sent);
	const namesSent = sent !== 'examples' && namesField(message, sent);
	if (namesField(message, other)) return misses(message, other) && !namesSent ? 'other' : 'try';
	return namesSent ? 'none' : 'try';
}
