/** The addresses at which a cluster is reached, as the Hopsworks REST API tells them: the gateway among them. */
import { asText, isRecord, type Json } from '../json/json';
import { isHostName } from './hostName';

/** What may be an IPv6 address, with brackets or without; the URL that it becomes a part of tells the rest. */
const IPV6 = /^\[?[0-9A-Fa-f:.]{2,45}\]?$/;

/** Whether a value is a host name or an address, without anything that would make it more than a host within a URL. */
function isHost(value: unknown): value is string {
	return typeof value === 'string' && (isHostName(value) || (IPV6.test(value) && value.includes(':')));
}

/**
 * The origin of the gateway that is reached from outside the cluster: the load balancer's HTTPS port, else its HTTP port,
 * as Hopsworks' own client chooses. `undefined` where there is none.
 */
export function gatewayIn(endpoints: Json[]): string | undefined {
	for (const endpoint of endpoints) {
		if (!isRecord(endpoint) || asText(endpoint.type).toUpperCase() !== 'LOAD_BALANCER') continue;
		const hosts = [...(Array.isArray(endpoint.hosts) ? endpoint.hosts : []), endpoint.anyHost];
		const host = hosts.find(isHost);
		const [https, http] = ['HTTPS', 'HTTP'].map((name) => portOf(endpoint.ports, name));
		if (host === undefined || (https ?? http) === undefined) continue;
		const bracketed = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
		const url = https === undefined ? `http://${bracketed}:${http}` : `https://${bracketed}:${https}`;
		if (URL.canParse(url)) return new URL(url).origin;
	}
	return undefined;
}

function portOf(ports: unknown, name: string): number | undefined {
	const all = Array.isArray(ports) ? ports : [];
	const port: unknown = all.find((one) => isRecord(one) && asText(one.name).toUpperCase() === name);
	const number = isRecord(port) ? port.number : undefined;
	return typeof number === 'number' && Number.isInteger(number) && number > 0 && number < 65_536 ? number : undefined;
}
