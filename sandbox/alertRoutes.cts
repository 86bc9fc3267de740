/** Routes of the REST API about alerts of a project and who receives them (hopsworks-api: `alerts_api.py`, `alert_receiver.py`). */
import type { Project } from './designs.cts';
import { page } from './page.cts';
import { empty, isList, isObject, json, type Reply } from './reply.cts';
import { inProject, refused, type Asked, type Route } from './restRoute.cts';

type Fields = Record<string, unknown>;

/** Of one project; nothing is ever sent. */
export interface Alerts {
	receivers: Fields[];
	alerts: Array<Fields & { id: number }>;
}

/** What a receiver may be reached by: exactly one of these. */
const CHANNELS = ['emailConfigs', 'slackConfigs', 'pagerDutyConfigs', 'webhookConfigs'];
/** Without those of the cluster only webhooks are of use. */
const CHANNELS_OF_CLUSTER = { emailConfigured: false, slackConfigured: false, pagerDutyConfigured: false };
const MALFORMED = 'An argument was not provided or it was malformed.';

function alertsOf({ cluster }: Asked, { id }: Project): Alerts {
	const known = cluster.alerts.get(id) ?? { receivers: [], alerts: [] };
	cluster.alerts.set(id, known);
	return known;
}

function bodyOf({ call }: Asked): Fields {
	const given: unknown = JSON.parse(call.body);
	return isObject(given) ? given : {};
}

/** Its name begins with the project's. */
function addReceiver(project: Project, asked: Asked): Reply {
	const { name, ...given } = bodyOf(asked);
	const channels = CHANNELS.filter((channel) => isList(given[channel]) && given[channel].length > 0);
	const [channel = '', ...more] = channels;
	if (typeof name !== 'string' || channels.length === 0 || more.length > 0) return refused(422, 120001, MALFORMED);
	const receiver = { name: `${project.name}__${name}`, [channel]: given[channel] };
	alertsOf(asked, project).receivers.push(receiver);
	return json(201, receiver);
}

function oneReceiver(project: Project, asked: Asked): Reply {
	const [, name] = asked.parts;
	if (name === 'default') return json(200, CHANNELS_OF_CLUSTER);
	const receiver = alertsOf(asked, project).receivers.find((one) => one.name === name);
	return receiver ? json(200, receiver) : refused(404, 390003, 'Receiver not found', `name: ${String(name)}`);
}

function addAlert(project: Project, asked: Asked): Reply {
	const { status, severity, receiver, service, threshold = 0 } = bodyOf(asked);
	const { receivers, alerts } = alertsOf(asked, project);
	if (!receivers.some(({ name }) => name === receiver)) {
		return refused(404, 390003, 'Receiver not found', `name: ${String(receiver)}`);
	}
	const id = (alerts.at(-1)?.id ?? 0) + 1;
	const known = { status, severity, receiver, service, threshold };
	const alert = { id, projectName: project.name, alertType: 'PROJECT_ALERT', created: Date.now(), ...known };
	alerts.push(alert);
	return json(201, alert);
}

function oneAlert(project: Project, asked: Asked): Reply {
	const { alerts } = alertsOf(asked, project);
	const place = alerts.findIndex(({ id }) => id === Number(asked.parts[1]));
	if (place === -1) return refused(404, 150078, 'Alert not found', `id: ${String(asked.parts[1])}`);
	if (asked.call.method === 'GET') return json(200, alerts[place]);
	alerts.splice(place, 1);
	return empty(204);
}

const scope = 'PROJECT';
const ONE_ALERT = /^\/project\/([^/]+)\/service\/alerts\/(\d+)$/;
export const alertRoutes: Route[] = [
	{
		method: 'GET',
		path: /^\/project\/([^/]+)\/alerts\/receivers$/,
		scope,
		answer: inProject((project, asked) => page(alertsOf(asked, project).receivers, asked.call.query)),
	},
	{ method: 'POST', path: /^\/project\/([^/]+)\/alerts\/receivers$/, scope, answer: inProject(addReceiver) },
	{ method: 'GET', path: /^\/project\/([^/]+)\/alerts\/receivers\/([^/]+)$/, scope, answer: inProject(oneReceiver) },
	{
		method: 'GET',
		path: /^\/project\/([^/]+)\/service\/alerts$/,
		scope,
		answer: inProject((project, asked) => page(alertsOf(asked, project).alerts, asked.call.query)),
	},
	{ method: 'POST', path: /^\/project\/([^/]+)\/service\/alerts$/, scope, answer: inProject(addAlert) },
	{ method: 'GET', path: ONE_ALERT, scope, answer: inProject(oneAlert) },
	{ method: 'DELETE', path: ONE_ALERT, scope, answer: inProject(oneAlert) },
];
