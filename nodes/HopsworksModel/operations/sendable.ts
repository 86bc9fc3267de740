/** What JSON cannot carry, and what no server reads, is known before anything is sent. */
import { excerpt } from '../../core/failure/excerpt';
import { excessOf } from '../../core/json/extent';
import { findNotFinite } from '../../core/json/json';
import { asPlain } from '../../core/predict/schemaCells';
import { unusable } from '../../n8n/unusable';

export function expectSendable(value: unknown, name = ''): void {
	// Most values are text or finite numbers; only the others are looked into.
	if (typeof value === 'string' || Number.isFinite(value)) return;
	const named = (path: string): string => (path === '' ? 'The row' : `'${path}'`);
	// A date of JavaScript or of n8n goes out as its text, whatever it is made of.
	const plain = asPlain(value);
	if (!Object.is(plain, value)) {
		if (plain !== null) return expectSendable(plain, name);
		unusable(`${named(name)} is not a valid date`, 'Check where the date comes from: n8n could not read it as a date.');
	}
	// First, since what looks into a value walks it to its end.
	const excess = excessOf(value);
	if (excess !== undefined) {
		unusable(
			`${named(name)} ${excess}, which no model server reads`,
			'Give the model less of it, for example with an Edit Fields node before this one.',
		);
	}
	const unsendable = findNotFinite(value);
	if (!unsendable) return;
	unusable(
		`${named(excerpt([name, unsendable.path].filter(Boolean).join('.')))} is ${unsendable.found}, which JSON cannot carry`,
		'Replace it by a number or by null, for example with an Edit Fields node before this one.',
	);
}
