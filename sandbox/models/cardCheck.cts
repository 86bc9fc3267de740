/** The `cardcheck` model: 1 for a row with a card number whose check digit is wrong (Luhn), else 0. Computed digit for digit. */
import { ModelError } from './model.cts';

function isValid(number: string): boolean {
	const sum = Array.from(number)
		.reverse()
		.reduce((total, digit, place) => {
			const doubled = Number(digit) * (place % 2 === 0 ? 1 : 2);
			return total + (doubled > 9 ? doubled - 9 : doubled);
		}, 0);
	return sum % 10 === 0;
}

function digitsOf(value: unknown): string {
	const text = String(value);
	if (/^\d+$/.test(text)) return text;
	throw new ModelError(`invalid literal for int() with base 10: '${text}'`, 'ValueError');
}

export function cardCheck(rows: unknown[]): unknown[] {
	return rows.map((row) => {
		const numbers = typeof row === 'object' && row !== null ? Object.values(row) : [row];
		return numbers.map(digitsOf).every(isValid) ? 0 : 1;
	});
}
