/** Bodies of replies as no server should send them: documented ones with pieces cut out and put in, and any JSON or text. */
import fc from 'fast-check';
import documented from '../fixtures/error-bodies.json';

const seeds = fc.constantFrom(...documented.map(({ body }) => body));
const pieces = fc.oneof(
	fc.constantFrom(
		'"',
		'\\',
		'{',
		'}',
		'[',
		']',
		',',
		':',
		'NaN',
		'-Infinity',
		'null',
		'9007199254740993',
		'-',
		'e',
		'.',
		'\ufeff',
	),
	fc.constantFrom('"predictions":', '"outputs":', '"error":', '"detail":', '"errors":', '"row":', '"__proto__":'),
	fc.string({ unit: 'binary', maxLength: 8 }),
	fc.bigInt().map(String),
	fc.double().map(String),
);
/** A documented body with some of it cut out and something else put in. */
const mutated = fc
	.tuple(seeds, fc.array(fc.tuple(fc.nat(), fc.nat(12), pieces), { maxLength: 4 }))
	.map(([seed, edits]) =>
		edits.reduce((body, [place, cut, piece]) => {
			const at = place % (body.length + 1);
			return body.slice(0, at) + piece + body.slice(at + cut);
		}, seed),
	);
const made = fc.json({ maxDepth: 4 });
const wrapped = fc.tuple(fc.constantFrom('predictions', 'outputs', 'error', 'detail', 'choices'), made);
export const bodies = fc.oneof(
	{ weight: 5, arbitrary: mutated },
	{ weight: 2, arbitrary: wrapped.map(([name, value]) => `{"${name}":${value}}`) },
	{ weight: 1, arbitrary: made },
	{ weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
	{ weight: 1, arbitrary: fc.array(pieces, { maxLength: 30 }).map((parts) => parts.join('')) },
);
