/** How deep and how large data may be, looked at in time that is linear in it. */
import { excessOf } from '../nodes/core/json/extent';

function lists(levels: number): unknown {
	let value: unknown = 1;
	for (let level = 0; level < levels; level++) value = [value];
	return value;
}

test.each([
	['a number', 1],
	['null', null],
	['an empty list', []],
	['lists 500 levels deep', lists(500)],
	['an object 500 levels deep', { a: lists(499), b: [] }],
])('%s can be sent', (_what, value) => {
	expect(excessOf(value)).toBeUndefined();
});

test.each([
	['lists 501 levels deep', lists(501)],
	['an object around 500 levels', { a: 1, b: lists(500) }],
	['lists 100,000 levels deep', lists(100_000)],
])('%s cannot', (_what, value) => {
	expect(excessOf(value)).toBe('is nested more than 500 levels deep');
});

test('nor can data that goes in a circle', () => {
	const circle: { self?: object } = {};
	circle.self = [circle];
	expect(excessOf(circle)).toBe('is nested more than 500 levels deep');
});

test('data that is shared counts as often as it is written out', () => {
	const shared = (times: number): unknown => {
		let value: unknown = 1;
		for (let time = 0; time < times; time++) value = [value, value];
		return value;
	};
	expect(excessOf(shared(20))).toBeUndefined();
	expect(excessOf(shared(60))).toBe('has more than 20,000,000 values');
	const deep = lists(300);
	expect(excessOf([deep, { a: [deep] }])).toBeUndefined();
	const deeper = (levels: number): unknown => [deep, Array(1).fill(levels === 0 ? deep : deeper(levels - 1))];
	expect(excessOf(deeper(99))).toBeUndefined();
	expect(excessOf(deeper(100))).toBe('is nested more than 500 levels deep');
});
