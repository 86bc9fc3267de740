/** What JSON cannot carry is known before anything is sent. */
import { take } from '../../hopsworks/parameters';
import { findUnsendable } from '../../serving/json';
import { badInput } from '../../serving/outcome';

export function expectSendable(value: unknown, name = ''): void {
	// Most values are text or finite numbers; only the others are looked into.
	if (typeof value === 'string' || Number.isFinite(value)) return;
	const unsendable = findUnsendable(value);
	if (!unsendable) return;
	const path = [name, unsendable.path].filter(Boolean).join('.');
	take(
		badInput(
			`${path === '' ? 'The row' : `'${path}'`} is ${unsendable.found}, which JSON cannot carry`,
			'Replace it by a number or by null, for example with an Edit Fields node before this one.',
		),
	);
}
