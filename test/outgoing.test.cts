/** The copy of an incoming item that goes out. */
import { jsonParse, type IDataObject } from 'n8n-workflow';
import { outgoing } from '../nodes/n8n/items';

const incoming = (text: string): Array<{ json: IDataObject }> => [{ json: jsonParse<IDataObject>(text) }];

test('has the fields of the incoming item, and leaves that alone', () => {
	const items = incoming('{"amount":12.5,"constructor":"x"}');
	const { json } = outgoing(items, 0, true);
	json.prediction = 1;
	expect(JSON.stringify([json, items[0]?.json])).toBe(
		'[{"amount":12.5,"constructor":"x","prediction":1},{"amount":12.5,"constructor":"x"}]',
	);
});

test('a field that is called __proto__ stays a field', () => {
	const { json } = outgoing(incoming('{"__proto__":{"isAdmin":true},"amount":1}'), 0, true);
	expect(Object.keys(json)).toEqual(['__proto__', 'amount']);
	expect(Object.getPrototypeOf(json)).toBe(Object.prototype);
	expect('isAdmin' in json).toBe(false);
});
