/** Routes of the REST API about the tags of a deployment (hopsworks-api: `serving_api.py`, `tag.py`). */
import type { Deployment } from './deployments.cts';
import { empty, json, type Reply } from './reply.cts';
import { counted, onDeployment, refused, type Asked, type Route } from './restRoute.cts';

const path = /^\/project\/([^/]+)\/serving\/(\d+)\/tags(?:\/([^/]+))?$/;

/** All tags, or the one that is named. */
function tagsOf({ tags }: Deployment, { parts: [, , asked] }: Asked): Reply {
	const named = [...tags].filter(([name]) => asked === undefined || name === asked);
	if (asked !== undefined && named.length === 0) return unknownTag(asked);
	return counted(named.map(([name, value]) => ({ name, value })));
}

function unknownTag(name: string): Reply {
	return refused(404, 370002, 'Tag not found.', `Tag name: ${name}`);
}

/** The body is the value, as JSON. */
function attach({ tags }: Deployment, { call: { body }, parts: [, , name = ''] }: Asked): Reply {
	const isNew = !tags.has(name);
	tags.set(name, body);
	return json(isNew ? 201 : 200, { count: 1, items: [{ name, value: body }] });
}

function detach({ tags }: Deployment, { parts: [, , name = ''] }: Asked): Reply {
	return tags.delete(name) ? empty(204) : unknownTag(name);
}

const scope = 'SERVING';
export const tagRoutes: Route[] = [
	{ method: 'GET', path, scope, answer: onDeployment(tagsOf) },
	{ method: 'PUT', path: /^\/project\/([^/]+)\/serving\/(\d+)\/tags\/([^/]+)$/, scope, answer: onDeployment(attach) },
	{
		method: 'DELETE',
		path: /^\/project\/([^/]+)\/serving\/(\d+)\/tags\/([^/]+)$/,
		scope,
		answer: onDeployment(detach),
	},
];
