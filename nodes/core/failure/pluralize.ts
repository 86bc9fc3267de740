/** Amounts as people read them. */

/** `1 row`, `10,000 rows`. */
export function pluralize(amount: number, noun: string): string {
	return `${amount.toLocaleString('en-US')} ${noun}${amount === 1 ? '' : 's'}`;
}
