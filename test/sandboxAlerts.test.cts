/** Alerts of a project in the sandbox, and who receives them. */
import { startSandbox, type Sandbox } from '../sandbox/sandbox.cts';
import { callsOf, type Calls } from './support/restCalls.cts';

const RECEIVERS = '/project/119/alerts/receivers';
const ALERTS = '/project/119/service/alerts';
const WEBHOOK = { webhookConfigs: [{ url: 'https://n8n.example.com/webhook/hopsworks', sendResolved: false }] };
const FAILED = { status: 'JOB_FAILED', severity: 'CRITICAL', receiver: 'test__n8n', service: 'JOBS' };

let sandbox: Sandbox;
let calls: Calls;
beforeEach(async () => {
	sandbox = await startSandbox();
	calls = callsOf(sandbox);
});
afterEach(() => sandbox.close());

const post = async (path: string, body: object) => await calls.ask(path, { method: 'POST', body });

test('a receiver gets the project’s prefix, and is found by that name', async () => {
	expect((await calls.ask(RECEIVERS)).body).toEqual({ count: 0 });
	const receiver = { name: 'test__n8n', ...WEBHOOK };
	expect(await post(`${RECEIVERS}?defaultTemplate=True`, { name: 'n8n', ...WEBHOOK })).toEqual({
		status: 201,
		body: receiver,
	});
	expect((await calls.ask(RECEIVERS)).body).toEqual({ count: 1, items: [receiver] });
	expect((await calls.ask(`${RECEIVERS}/test__n8n`)).body).toEqual(receiver);
	expect((await calls.ask('/project/121/alerts/receivers')).body).toEqual({ count: 0 });
	expect((await calls.ask(`${RECEIVERS}/default`)).body).toMatchObject({ emailConfigured: false });
});

test.each([
	['no channel', { name: 'n8n' }],
	['two channels', { name: 'n8n', ...WEBHOOK, emailConfigs: [{ to: 'ada@example.com' }] }],
	['no name', WEBHOOK],
])('a receiver with %s is refused', async (_name, body) => {
	expect(await post(RECEIVERS, body)).toMatchObject({ status: 422, body: { errorCode: 120001 } });
});

test('an alert needs its receiver, and is there until it is deleted', async () => {
	expect(await post(ALERTS, FAILED)).toMatchObject({ status: 404, body: { errorCode: 390003 } });
	await post(RECEIVERS, { name: 'n8n', ...WEBHOOK });
	const alert = { id: 1, projectName: 'test', threshold: 0, ...FAILED };
	expect(await post(ALERTS, FAILED)).toMatchObject({ status: 201, body: alert });
	expect((await calls.ask(ALERTS)).body).toMatchObject({ count: 1, items: [alert] });
	expect((await calls.ask(`${ALERTS}/1`)).body).toMatchObject(alert);
	expect((await calls.ask(`${ALERTS}/1`, { method: 'DELETE' })).status).toBe(204);
	expect(await calls.ask(`${ALERTS}/1`)).toMatchObject({ status: 404, body: { errorCode: 150078 } });
	expect(await calls.ask(RECEIVERS, { key: 'NOPROJECT.SECRET' })).toMatchObject({ status: 403 });
});
