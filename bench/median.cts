/** The middle of measured values, and how far they spread. */

export function median(values: number[]): number {
	const sorted = values.toSorted((one, other) => one - other);
	return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** Median, lowest and highest, as a table shows them. */
export function spread(values: number[], digits = 0): string {
	if (values.length === 0) return '–';
	const shown = (value: number): string => Number(value.toFixed(digits)).toLocaleString('en-US');
	const middle = shown(median(values));
	return values.length === 1 ? middle : `${middle} (${shown(Math.min(...values))}–${shown(Math.max(...values))})`;
}
