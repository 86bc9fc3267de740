/** The table of certificates: each case in every place that sends something. `npm run test:faults` prints it. */
import type { IDataObject } from 'n8n-workflow';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.cts';
import { SANDBOX_KEY } from '../../sandbox/keys.cts';
import { readPage, rowsOf } from '../support/pages.cts';
import { places } from '../support/tlsPlaces.cts';
import { accepted, refused, unreadable, type TlsCase } from './tlsTable.cts';

const named = (cases: TlsCase[]) =>
	cases.map((one) => ({ name: `${one.server}; 'CA Certificate' holds ${one.field}`, one }));

describe.each([...named(accepted), ...named(refused), ...named(unreadable)])('$name', ({ one }) => {
	const { says, advice = '', host = 'localhost' } = one;
	let sandbox: Sandbox;
	let credential: IDataObject;
	let called = '';
	beforeAll(async () => {
		const made = await one.make();
		sandbox = await startSandbox({ tlsPort: 0, identity: made.identity });
		called = `${host}:${new URL(sandbox.tls?.url ?? '').port}`;
		const url = `https://${called}`;
		credential = { apiKey: SANDBOX_KEY, project: 'test', servingUrl: url, hopsworksUrl: url, ...made.credential };
	});
	afterAll(async () => {
		await sandbox.close();
	});

	test.each(Object.entries(places).map(([place, ask]) => ({ place, ask, outcome: says ?? 'works' })))(
		'$place: $outcome',
		async ({ ask }) => {
			const said = await ask(credential);
			if (says === undefined) {
				expect(said).toBe('');
				return;
			}
			expect(said).toContain(says.replace('HOST', called));
			expect(said).toContain(advice);
			// What helps comes first, and what endangers the key last, if at all.
			const last = said.indexOf('Ignore SSL Issues');
			expect(last === -1 || last > said.indexOf(advice)).toBe(true);
			expect(said).not.toMatch(/PRIVATE KEY|after \d+ tries/);
			expect(said).not.toContain(SANDBOX_KEY);
			expect([sandbox.traffic.requests, sandbox.traffic.restApi]).toEqual([0, []]);
		},
	);
});

test('the page about the credential has every case', () => {
	const rows = rowsOf(readPage('docs/credential.md')).map((cells) => cells.join(' | '));
	const cases = [...accepted, ...refused, ...unreadable].map(
		({ server, field, says }) => `${server} | ${field} | ${says?.replace('HOST', '…') ?? 'It works'}`,
	);
	expect(cases.filter((one) => !rows.includes(one))).toEqual([]);
});
