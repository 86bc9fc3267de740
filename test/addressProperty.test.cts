/** Whatever users, credentials and Hopsworks say: what becomes a request goes to an address of the credential, on a route of its operation. */
import fc from 'fast-check';
import type { Address, Knowledge, Target } from '../nodes/core/hopsworks/address';
import { readDeployment } from '../nodes/core/hopsworks/deploymentRecord';
import { chatRoute, embeddingsRoute, predictRoute } from '../nodes/core/hopsworks/route';
import { planRoute } from '../nodes/core/hopsworks/routing';

/** Cases in one run; `npm run test:faults` takes more. */
const CASES = 100 * Number(process.env.PROPERTY_CASES ?? 100);

const HOSTILE = [
	...[
		'.',
		'..',
		'...',
		'%2e',
		'%2E%2e',
		'%2f',
		'%5C',
		'%00',
		'%',
		'%C3',
		'\\',
		'/',
		'//',
		'?',
		'#',
		';',
		'@',
		':',
		'&',
		'+',
		' ',
	],
	...[
		'\t',
		'\n',
		'\r\n',
		'\0',
		'\u0085',
		'\u200b',
		'\ufeff',
		'\ud800',
		'\u212a',
		'。',
		'．',
		'／',
		'ä',
		'ß',
		'[::1]',
		'0x7f.1',
	],
	...[
		'evil.example.com',
		'@evil.example.com',
		':99999',
		':80',
		'-',
		'_',
		'a'.repeat(70),
		'x'.repeat(300),
		'http://',
		'https://',
	],
];
const PLAIN = [
	...[
		'v1',
		'models',
		'test',
		'fraud',
		'fraud:predict',
		'llm',
		'chat',
		'completions',
		'embeddings',
		'openai',
		'versions',
		'2',
		'base',
	],
	...[
		'hopsworks-api',
		'Hopsworks-Api',
		'api',
		'project',
		'119',
		'inference',
		'serving',
		'7',
		':predict',
		':classify',
		'a b',
		'a.b',
	],
];

const plain = fc.constantFrom(...PLAIN);
const hostile = fc.array(fc.constantFrom(...HOSTILE, ...PLAIN), { maxLength: 5 }).map((pieces) => pieces.join(''));
/** Mostly what works, so that much of it becomes a request. */
const text = (...good: string[]) =>
	fc.oneof(
		{ weight: 10, arbitrary: fc.constantFrom('', ...good) },
		{ weight: 1, arbitrary: plain },
		{ weight: 2, arbitrary: hostile },
	);

const ORIGINS = [
	'https://gw.example.com',
	'http://gw.example.com:81',
	'https://hopsworks.example.com',
	'http://named.example.com',
];
const origin = fc.oneof(
	{ weight: 8, arbitrary: fc.constantFrom(...ORIGINS) },
	{
		weight: 1,
		arbitrary: fc.constantFrom(
			'https://evil.example.com',
			'https://user@gw.example.com',
			'http://:p@gw.example.com:81',
			'blob:https://gw.example.com',
			'HTTPS://GW.example.com:443',
		),
	},
	{ weight: 1, arbitrary: hostile },
);
const COMPLETE = [
	'/v1/test/fraud',
	'/v1/models/fraud:predict',
	'/v1/test/fraud/v1/models/fraud:predict',
	'/v1/models/fraud/versions/2:classify',
	'/v1/test/llm/v1/chat/completions',
	'/v1/embeddings',
	'/hopsworks-api/api/project/119/inference/models/fraud:predict',
	'/hopsworks-api/api/project/119/serving/7',
];
const path = fc.oneof(
	fc.constantFrom('', '/', ...COMPLETE),
	fc
		.tuple(fc.constantFrom('', '/base', ...COMPLETE), fc.array(fc.oneof(plain, hostile), { maxLength: 4 }))
		.map(([start, parts]) => [start, ...parts].join('/')),
	fc
		.tuple(fc.constantFrom(...COMPLETE), hostile, fc.nat(80))
		.map(([start, piece, at]) => start.slice(0, at) + piece + start.slice(at)),
);
const url = fc.tuple(origin, path).map(([start, rest]) => start + rest);
const credentialUrl = fc.oneof(
	{ weight: 3, arbitrary: fc.constantFrom('', ...ORIGINS, `${String(ORIGINS[1])}/base/`) },
	{ weight: 1, arbitrary: url },
);

const addresses = fc
	.record({
		deployment: fc.oneof(
			fc.record({ mode: fc.constant('name' as const), value: text('fraud', 'my-llm') }),
			fc.record({ mode: fc.constant('url' as const), value: url }),
		),
		servingUrl: credentialUrl,
		hopsworksUrl: credentialUrl,
		project: text('test', 'Card_Fraud'),
		namespace: text('test'),
		hostHeader: text('', '', 'fraud.test.hopsworks.ai', '10.0.0.1:8080'),
		routing: fc.constantFrom('auto', 'path', 'host', 'proxy'),
		discovery: fc.option(
			fc.record(
				{
					project: fc.record({ id: fc.nat(), name: text('test', 'Card_Fraud'), namespace: text('', 'test') }),
					gateway: fc.constantFrom(...ORIGINS),
					domain: text('hopsworks.ai'),
					record: fc.tuple(text('test'), fc.constantFrom('KSERVE', 'DEFAULT')),
				},
				{ requiredKeys: [] },
			),
			{ nil: undefined },
		),
	})
	.map(({ discovery, ...rest }): { address: Address; known: Knowledge } => {
		const [projectNamespace, servingTool] = discovery?.record ?? [];
		const record = readDeployment({
			id: 1,
			name: 'x',
			projectNamespace: projectNamespace ?? '',
			servingTool: servingTool ?? '',
		});
		const told = discovery && { canAsk: true, gateway: null, domain: null, ...discovery, record };
		return { address: rest, known: told ?? { canAsk: false } };
	});

const routes = fc.oneof(
	fc
		.constantFrom('predict', 'classify', 'regress')
		.map((verb) => ({ kind: 'predict' as const, end: `:${verb}`, route: predictRoute(verb) })),
	text('/v1', 'openai/v1').map((prefix) => ({
		kind: 'language' as const,
		end: '/chat/completions',
		route: valueOf(chatRoute(prefix)),
	})),
	text('/v1', 'openai/v1').map((prefix) => ({
		kind: 'language' as const,
		end: '/embeddings',
		route: valueOf(embeddingsRoute(prefix)),
	})),
);
type Asked = typeof routes extends fc.Arbitrary<infer Value> ? Value : never;

function valueOf<Value>(outcome: { ok: true; value: Value } | { ok: false }): Value | undefined {
	return outcome.ok ? outcome.value : undefined;
}

/** A name in a path: not a step, and nothing encoded that separates. */
const NAME = "(?!\\.{1,2}(?:[/:]|$))(?:[A-Za-z0-9_.!~*'()-]|%(?!2[EF]|5C|3[ABF]|2[35]|40|[01][0-9A-F]|7F)[0-9A-F]{2})+";
const DEPLOYMENT = `(?:/v1/${NAME}/${NAME})?`;
const PREFIX = '(?:/(?!\\.{1,2}(?:/|$))[A-Za-z0-9_.~-]+)*';
const PASSED_ON = new RegExp(
	`^/hopsworks-api/api/project/[0-9]+/inference/models/${NAME}(?:/versions/[0-9]+)?:predict$`,
);
const LABEL = '[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?';
const HOST = new RegExp(`^${LABEL}(?:\\.${LABEL})*(?::[0-9]{1,5})?$`);

/** Origin and path of an address that a credential may hold. */
function read(pasted: string): { origin: string; path: string } | undefined {
	const given = pasted.trim();
	const [, authority = ''] = /^https?:\/\/([^/\\?#]+)/i.exec(given) ?? [];
	if (authority === '' || authority.includes('@') || !URL.canParse(given)) return undefined;
	const { origin: start, pathname } = new URL(given);
	return { origin: start, path: pathname.replace(/[/]+$/, '') };
}

/** Whether a path is one of an operation, below one of the bases. */
function isRoute({ kind, end }: Asked, given: string, bases: string[]): boolean {
	const own =
		kind === 'predict'
			? `/v1/models/${NAME}(?:/(?:versions|labels)/${NAME})?${end}`
			: `(?!/hopsworks-api(?:/|$))${PREFIX}${end}`;
	const form = new RegExp(`^${kind === 'language' ? '(?!/hopsworks-api(?:/|$))' : ''}${DEPLOYMENT}${own}$`, 'i');
	return bases.some((base) => given.startsWith(base) && form.test(given.slice(base.length)));
}

function expectSafe(asked: Asked, address: Address, known: Knowledge, { url: made, host }: Target): void {
	const { origin: to, href, pathname, username, password, search, hash } = new URL(made);
	// Nothing in it is left to be mended by whoever reads it.
	expect([href, username, password, search, hash]).toEqual([made, '', '', '', '']);
	const gateways = [address.servingUrl, known.gateway ?? ''].map(read).filter((one) => one?.origin === to);
	const isHopsworks = read(address.hopsworksUrl)?.origin === to;
	expect(gateways.length > 0 || isHopsworks).toBe(true);
	const bases = gateways.length > 0 ? ['', ...gateways.map((one) => one?.path ?? '')] : [];
	const isPassedOn = asked.end === ':predict' && PASSED_ON.test(pathname);
	expect([made, isPassedOn || isRoute(asked, pathname, bases)]).toEqual([made, true]);
	if (host !== undefined) expect([host, HOST.test(host) && host.length < 260]).toEqual([host, true]);
}

test('no request leaves its place', () => {
	let made = 0;
	fc.assert(
		fc.property(addresses, routes, ({ address, known }, asked) => {
			const { route } = asked;
			const target = route && planRoute(address, route, known);
			if (!target?.ok) return;
			made++;
			expectSafe(asked, address, known, target.value);
		}),
		{ numRuns: CASES },
	);
	// Enough of it became a request for this to mean something.
	expect(made).toBeGreaterThan(CASES / 20);
}, 300_000);

test('what is safe is told from what is not', () => {
	const address: Address = {
		deployment: { mode: 'name', value: '' },
		servingUrl: 'https://gw.example.com/base/',
		hopsworksUrl: 'https://hopsworks.example.com',
		project: '',
		namespace: '',
		hostHeader: '',
		routing: 'auto',
	};
	const predict: Asked = { kind: 'predict', end: ':predict', route: predictRoute('predict') };
	const chat: Asked = { kind: 'language', end: '/chat/completions', route: predictRoute('x') };
	const isSafe = (asked: Asked, made: string, host?: string): boolean => {
		try {
			expectSafe(asked, address, { canAsk: false }, { url: made, host, deployment: '' });
			return true;
		} catch {
			return false;
		}
	};
	const GATEWAY = 'https://gw.example.com';
	expect(isSafe(predict, `${GATEWAY}/base/v1/a%20b/x/v1/models/x:predict`, 'a.b:80')).toBe(true);
	expect(isSafe(chat, `${GATEWAY}/v1/a/b/openai/v1/chat/completions`)).toBe(true);
	for (const wrong of [
		'/v1/../x/v1/models/x:predict',
		'/v1/a/b/v1/models/%2e%2e:predict',
		'/v1/models/a%2Fb:predict',
		'/v1/models/a%3Ab:predict',
		'/v1/models/x:predict?x',
		'/v1/a/v1/models/x:predict',
		'/x/v1/models/x:predict',
		'/v1/models/a;b:predict',
		'/v1/models/x:classify',
		'/hopsworks-api/api/project/1/serving/7:predict',
	]) {
		expect([wrong, isSafe(predict, GATEWAY + wrong)]).toEqual([wrong, false]);
	}
	expect(isSafe(chat, `${GATEWAY}/hopsworks-api/api/chat/completions`)).toBe(false);
	expect(isSafe(predict, 'https://evil.example.com/v1/models/x:predict')).toBe(false);
	expect(isSafe(predict, 'https://hopsworks.example.com/v1/models/x:predict')).toBe(false);
	for (const host of ['a/b', 'a@b', 'a..b', '', 'a b', 'a:b'])
		expect(isSafe(predict, `${GATEWAY}/v1/models/x:predict`, host)).toBe(false);
});
